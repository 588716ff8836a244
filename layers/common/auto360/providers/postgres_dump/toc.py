"""Table of contents of an archive: entries to restore, and those that an existing project has already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Schemas of every Supabase project: only their rows, and the policies on their tables, are ours.
OF_THE_PROJECT = ("auth", "storage")
# The project's own record of its schema version; another project may have a later one.
RECORDS = ("auth.schema_migrations", "storage.migrations")
# Kinds whose schema and name are parsed from an entry.
_NAMED = ("TABLE DATA", "SEQUENCE SET", "POLICY")
_LINE = re.compile(r"^(\d+); (\d+) (\d+) (.+)$")


@dataclass(frozen=True)
class TocEntry:
    """Entry: `123; 0 16400 TABLE DATA public users postgres`."""

    line: str
    rest: str

    @property
    def number(self) -> int:
        """Return the entry's number, which names the file of its rows in a folder."""
        return int(self.line.partition(";")[0])

    @property
    def kind(self) -> str:
        """Rows, the value of a sequence or a policy; empty for anything else."""
        return next((kind for kind in _NAMED if self.rest.startswith(f"{kind} ")), "")

    @property
    def schema(self) -> str:
        """Return the schema of such an entry."""
        return self._words()[0]

    @property
    def name(self) -> str:
        """Return the relation of such an entry; of a policy its table."""
        return self._words()[1]

    def _words(self) -> list[str]:
        return [*self.rest.removeprefix(self.kind).split(), "", ""][:2]


def entries_of(text: str) -> list[TocEntry]:
    """Parse the entries of `pg_restore --list`."""
    found = (_LINE.match(line) for line in text.splitlines())
    return [TocEntry(match[0], match[4]) for match in found if match is not None]


def rows_of(entries: Iterable[TocEntry], table: str) -> list[TocEntry]:
    """Return the entries with the rows of a table, such as `public.listings`."""
    schema, _, name = table.partition(".")
    return [entry for entry in entries if entry.rest.startswith(f"TABLE DATA {schema} {name} ")]


def for_project(entries: Iterable[TocEntry], *, login: str, takes: Callable[[TocEntry], bool]) -> list[TocEntry]:
    """Return the entries for an existing project: our schemas whole, of its own ones the rows and our policies.

    `takes` decides about entries of the project's own schemas, which its login may lack permission to write.
    """
    return [entry for entry in for_blank(entries) if _belongs_in_project(entry, login, takes)]


def for_blank(entries: Iterable[TocEntry]) -> list[TocEntry]:
    """Return the entries for a bare database: all but the schema that every database has."""
    return [entry for entry in entries if not entry.rest.startswith("SCHEMA - public ")]


def _belongs_in_project(entry: TocEntry, login: str, takes: Callable[[TocEntry], bool]) -> bool:
    if entry.rest.startswith("DEFAULT ACL"):
        # The default privileges of another role cannot be changed.
        return entry.rest.endswith(f" {login}")
    if entry.kind and entry.schema in OF_THE_PROJECT:
        return f"{entry.schema}.{entry.name}" not in RECORDS and takes(entry)
    for schema in OF_THE_PROJECT:
        if f" {schema} " in f" {entry.rest} " and _schema_of(entry) in (schema, "-"):
            return False
    return True


def _schema_of(entry: TocEntry) -> str:
    """Return the schema column; kinds are one to three words in capitals."""
    words = entry.rest.split()
    while len(words) > 1 and words[0].isupper():
        words = words[1:]
    return words[0]


def as_list(entries: Sequence[TocEntry]) -> str:
    """Return the file for `pg_restore --use-list`."""
    return "\n".join(entry.line for entry in entries) + "\n"
