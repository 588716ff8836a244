"""Functions of our schemas, read from the catalogue of a migrated database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from local.migrations import migrations_in
from local.paths import MIGRATIONS

_FUNCTIONS = """
select n.nspname, p.proname, coalesce(p.proargnames[1:p.pronargs], '{}'), array(
    select format_type(t, null) from unnest(p.proargtypes::oid[]) with ordinality as a (t, place) order by place),
  format_type(p.prorettype, null), p.proretset, p.prosecdef, p.provolatile::text, p.pronargdefaults,
  coalesce(obj_description(p.oid, 'pg_proc'), ''),
  array(select r from unnest(array['anon', 'authenticated', 'service_role']) as r
        where has_function_privilege(r, p.oid, 'execute'))
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private') order by p.proname, p.oid
"""
_CREATES = re.compile(
    r"^create (?:or replace )?function ([\w.]+)\s*\(([^$]*?)\)\s*(?:returns|language)\b", re.MULTILINE | re.IGNORECASE
)
_ARGUMENT = re.compile(r"(?:^|,)\s*(?:variadic )?(\w+) ")
# Typed by users, or lists of a provider, which may contain phone numbers and names; documents passed on unparsed.
_POSTED = frozenset({"p_phone", "p_text", "p_listed", "p_found", "p_policy"})
_PART = re.compile(r"_(tables|commands|queries)$")


# Name with its schema, and the names of its arguments: functions may share a name.
_Head = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Function:
    """SQL function; `subject` is the name of its migration, without its part.

    `volatility` is the catalogue's letter. The last `defaults` arguments have a default.
    """

    schema: str
    name: str
    arguments: tuple[tuple[str, str], ...]
    result: str
    is_set: bool
    is_definer: bool
    volatility: str
    defaults: int
    comment: str
    roles: tuple[str, ...]
    subject: str

    @property
    def is_called_by_backend(self) -> bool:
        """Return True if PostgREST offers the function to the backend."""
        return self.schema == "public" and "service_role" in self.roles and self.result != "trigger"

    @property
    def is_read(self) -> bool:
        """Return True if the function writes nothing and its arguments may stand in an address, which logs keep."""
        return self.volatility in ("s", "i") and not _POSTED.intersection(name for name, _ in self.arguments)

    def is_required(self, argument: str) -> bool:
        """Return True if the argument has no default."""
        required = len(self.arguments) - self.defaults
        return argument in [name for name, _ in self.arguments[:required]]


def functions_of(dsn: str, migrations: Path = MIGRATIONS) -> list[Function]:
    """Return every function of public and private, by name."""
    homes = dict(_homes(migrations))
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(_FUNCTIONS.encode()).fetchall()
    return [_function(row, homes) for row in rows]


def _function(row: tuple[Any, ...], homes: dict[_Head, str]) -> Function:
    schema, name, names, types, result, is_set, is_definer, volatility, defaults, comment, roles = row
    subject = homes[f"{schema}.{name}", tuple(names)]
    arguments = tuple(zip(names, types, strict=True))
    about = (comment, tuple(roles), subject)
    return Function(schema, name, arguments, result, is_set, is_definer, volatility, defaults, *about)


def _homes(migrations: Path) -> Iterator[tuple[_Head, str]]:
    for migration in migrations_in(migrations):
        subject = _PART.sub("", migration.name)
        for name, arguments in _CREATES.findall(migration.text):
            names = [each for each in _ARGUMENT.findall(" ".join(arguments.split())) if each != "out"]
            yield (name, tuple(names)), subject
