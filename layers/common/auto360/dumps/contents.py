"""The table of contents of an archive: what a restore takes from it, and what an existing project has already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Schemas that a Supabase project brings itself: only their rows, and the policies on their tables, are ours.
OF_THE_PROJECT = ("auth", "storage")
# The project's own record of how far its schemas are; another project may be further.
_NOT_OURS = ("auth schema_migrations", "storage migrations")
_LINE = re.compile(r"^(\d+); (\d+) (\d+) (.+)$")


@dataclass(frozen=True)
class Entry:
    """One line: `123; 0 16400 TABLE DATA public users postgres`."""

    line: str
    rest: str

    def is_of(self, kind: str, schema: str) -> bool:
        """Whether it is of this kind in this schema."""
        return self.rest.startswith(f"{kind} {schema} ")


def entries_of(text: str) -> list[Entry]:
    """The entries of `pg_restore --list`."""
    found = (_LINE.match(line) for line in text.splitlines())
    return [Entry(match[0], match[4]) for match in found if match is not None]


def for_project(entries: Iterable[Entry], *, login: str) -> list[Entry]:
    """What is restored into an existing project: our schemas whole, of its own ones the rows and our policies."""
    return [entry for entry in for_blank(entries) if _belongs_in_project(entry, login)]


def for_blank(entries: Iterable[Entry]) -> list[Entry]:
    """What is restored into a bare database: all but the schema that every database has."""
    return [entry for entry in entries if not entry.rest.startswith("SCHEMA - public ")]


def _belongs_in_project(entry: Entry, login: str) -> bool:
    if entry.rest.startswith("DEFAULT ACL"):
        # Nobody may change the default privileges of another role.
        return entry.rest.endswith(f" {login}")
    for schema in OF_THE_PROJECT:
        if entry.is_of("TABLE DATA", schema):
            return not any(entry.rest.startswith(f"TABLE DATA {name} ") for name in _NOT_OURS)
        if entry.is_of("POLICY", schema) or entry.is_of("SEQUENCE SET", schema):
            return True
        if f" {schema} " in f" {entry.rest} " and _schema_of(entry) in (schema, "-"):
            return False
    return True


def _schema_of(entry: Entry) -> str:
    """The schema column; kinds are one to three words in capitals."""
    words = entry.rest.split()
    while len(words) > 1 and words[0].isupper():
        words = words[1:]
    return words[0]


def as_list(entries: Sequence[Entry]) -> str:
    """The file for `pg_restore --use-list`."""
    return "\n".join(entry.line for entry in entries) + "\n"
