"""Row security of a restored database, compared with the original by queries as the app's roles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from auto360.providers.postgres_dump import TableChecksum
from auto360.providers.postgres_dump.postgres import anonymous_rows, connected

if TYPE_CHECKING:
    import psycopg

_OPEN_TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public' and not rowsecurity order by 1
"""
_SESSION = "insert into public.auth_sessions (id, user_id, expires_at) values (%s, %s, now() + interval '1 hour')"


def row_security_findings(address: str, tables: Mapping[str, TableChecksum]) -> list[str]:
    """Return tables whose access differs from the original; empty without a difference."""
    with connected(address) as connection:
        found = [f"{name} has no row security" for name in _names(connection, _OPEN_TABLES)]
        for table, facts in tables.items():
            seen = anonymous_rows(connection, table)
            if seen != facts.anonymous_rows:
                told = f"{seen} rows to people who have not logged in, the original {facts.anonymous_rows}"
                found.append(f"{table} shows {told}")
        for (user,) in connection.execute("select id from public.accounts order by created_at limit 3").fetchall():
            with _signed_in(connection, str(user)):
                strangers = f"select count(*) from public.accounts where id <> '{user}'"
                if _rows(connection, strangers):
                    found.append("public.accounts shows a user the rows of others")
                if not _rows(connection, f"select count(*) from public.accounts where id = '{user}'"):
                    found.append("public.accounts does not show a user their own row")
        return found


def _names(connection: psycopg.Connection[Any], query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(cast("Any", query)).fetchall()]


def _rows(connection: psycopg.Connection[Any], query: str) -> int:
    """Return the number of rows; None for a refusal."""
    from psycopg import errors

    try:
        with connection.transaction():
            row = connection.execute(cast("Any", query)).fetchone()
    except errors.InsufficientPrivilege:
        return 0
    return int(row[0]) if row else 0


@contextmanager
def _signed_in(connection: psycopg.Connection[Any], user: str) -> Iterator[None]:
    """Act as a user with an open session, as PostgREST does."""
    session = str(uuid4())
    claims = json.dumps({"role": "authenticated", "sub": user, "session_id": session})
    with connection.transaction(force_rollback=True):
        connection.execute(_SESSION, [session, user])
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        yield
