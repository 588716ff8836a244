"""Checks filters when a channel subscribes, and applies them to changed rows, with the operators of Postgres itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from local.supabase.realtime.bindings import BadBinding, Filter
from local.supabase.realtime.decoding import Row

Connection = psycopg.AsyncConnection[dict[str, Any]]
_SYMBOLS = {
    "eq": "=", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "in": "= any",
    "like": "like", "ilike": "ilike", "match": "~", "imatch": "~*",
}  # fmt: skip
_KEYWORDS = ("null", "true", "false", "unknown")
_MAX_VALUES = 100
_TYPES = """select a.attname, pg_catalog.format_type(a.atttypid, null) as type
  from pg_catalog.pg_attribute a
  where a.attrelid = %(table)s::regclass and a.attnum > 0 and not a.attisdropped
    and (%(role)s::text is null or pg_catalog.has_column_privilege(%(role)s, a.attrelid, a.attnum, 'SELECT'))"""


async def require_filters(connection: Connection, table: str, role: str, filters: Sequence[Filter]) -> None:
    """Raise BadBinding for a column that the role may not read, or a value that the column cannot hold."""
    types = await _types(connection, table, role)
    for one in filters:
        if one.column not in types:
            raise BadBinding(f"invalid column for filter {one.column}")
        if one.comparison == "is" and one.value not in _KEYWORDS:
            raise BadBinding("invalid value for is filter: must be null, true, false, or unknown")
        if one.comparison == "in" and one.value.count(",") >= _MAX_VALUES:
            raise BadBinding(f"too many values for `in` filter. Maximum {_MAX_VALUES}")
        try:
            await connection.execute(_statement(one, types[one.column], None))
        except psycopg.Error as error:
            raise BadBinding(error.diag.message_primary or "invalid filter") from None


async def passes(connection: Connection, table: str, filters: Sequence[Filter], row: Row) -> bool:
    """Return True if every filter holds. A filter on a column missing from the change is false."""
    types = await _types(connection, table, None) if filters else {}
    for one in filters:
        if one.column not in row:
            return False
        statement = _statement(one, types[one.column], row[one.column])
        result = await (await connection.execute(statement)).fetchone()
        if not result or result["holds"] is not True:
            return False
    return True


async def _types(connection: Connection, table: str, role: str | None) -> dict[str, str]:
    """Return the columns of a table that a role may read, or all of them, with their types."""
    rows = await (await connection.execute(_TYPES, {"table": table, "role": role})).fetchall()
    return {row["attname"]: row["type"] for row in rows}


def _statement(one: Filter, kind: str, value: str | None) -> sql.Composed:
    """`select value comparison filter`, each cast to the column's type, which comes from the catalogue."""
    left = sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))
    if one.comparison == "is":
        words = sql.SQL("is not " if one.negated else "is ") + sql.SQL(one.value)
        return sql.SQL("select {} {} as holds").format(left, words)
    right: sql.Composable = sql.SQL("{}::{}").format(sql.Literal(one.value), sql.SQL(kind))
    if one.comparison == "isdistinct":
        between = sql.SQL("is not distinct from" if one.negated else "is distinct from")
        return sql.SQL("select {} {} {} as holds").format(left, between, right)
    if one.comparison == "in":
        right = sql.SQL("{}::{}[]").format(sql.Literal(one.value), sql.SQL(kind))
    symbol = sql.SQL(_SYMBOLS[one.comparison])
    holds = sql.SQL("{} {} ({})").format(left, symbol, right)
    return sql.SQL("select {} as holds").format(sql.SQL("not ({})").format(holds) if one.negated else holds)
