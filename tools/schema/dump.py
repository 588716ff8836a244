"""Schema as text, independent of the order in which migrations created it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from auto360.providers.postgres_dump.binaries import programs
from local.paths import environ_for_tools

_ENTRY = re.compile(
    r"^-- Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); Schema: (?P<schema>[^;]+); Owner: .*$", re.MULTILINE
)
_RIGHTS = re.compile(r"^(GRANT|REVOKE) ")
_SETTINGS = """
select coalesce(r.rolname, '*') || ': ' || setting from pg_catalog.pg_db_role_setting s
left join pg_catalog.pg_roles r on r.oid = s.setrole cross join unnest(s.setconfig) as setting order by 1
"""
_TABLES = """
select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and (n.nspname in ('public', 'private') or c.oid = 'storage.buckets'::regclass) order by 1, 2
"""
_MOMENTS = ("timestamp with time zone", "uuid")


def schema_dump(dsn: str) -> str:
    """Return every object with its comment, rights and policies, settings of roles, and rows written by migrations."""
    objects = sorted(_objects(_pg_dump(dsn)))
    with psycopg.connect(dsn, autocommit=True) as connection:
        settings = [row[0] for row in connection.execute(_SETTINGS.encode()).fetchall()]
        rows = _rows(connection)
    return "\n\n".join([*objects, "-- settings of roles\n" + "\n".join(settings), "-- rows\n" + "\n".join(rows)]) + "\n"


def _pg_dump(dsn: str) -> str:
    parts = urlsplit(dsn)
    command = [str(programs() / "pg_dump"), "--schema-only", "--exclude-schema=supabase_migrations"]
    command += [
        f"--host={parts.hostname}",
        f"--port={parts.port}",
        f"--username={parts.username}",
        f"--dbname={parts.path.lstrip('/')}",
    ]
    environ = environ_for_tools() | {"PGPASSWORD": parts.password or ""}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout


def _objects(text: str) -> list[str]:
    """Return one text per entry of the dump, its rights in alphabetical order."""
    marks = list(_ENTRY.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        f"-- {mark['type']} {mark['schema']} {mark['name']}\n{_body(text[mark.end() : end])}"
        for mark, end in zip(marks, ends, strict=True)
    ]


def _body(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("--", "\\"))]
    return "\n".join(sorted(lines) if all(map(_RIGHTS.match, lines)) else lines)


def _rows(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the rows of every table without ids and times, which differ between databases."""
    found = []
    for schema, table in connection.execute(_TABLES.encode()).fetchall():
        query = sql.SQL("select to_jsonb(t) from {}.{} as t").format(sql.Identifier(schema), sql.Identifier(table))
        kinds = connection.execute(
            """select attname::text, format_type(atttypid, null) from pg_catalog.pg_attribute
               where attrelid = format('%%I.%%I', %s::text, %s::text)::regclass and attnum > 0""",
            (schema, table),
        ).fetchall()
        stable = [name for name, kind in kinds if kind not in _MOMENTS]
        for (row,) in connection.execute(query).fetchall():
            kept = {name: row[name] for name in sorted(row) if name in stable}
            found.append(f"{schema}.{table} {json.dumps(kept, ensure_ascii=False)}")
    return sorted(found)
