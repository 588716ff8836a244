"""Selects the subscribers of a changed row, and its columns: column grants and row level security of their role."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from local.supabase.keys import Claims
from local.supabase.realtime.bindings import Binding
from local.supabase.realtime.decoding import Change, Row
from local.supabase.realtime.filters import Connection, passes

_COLUMNS = """select a.attname as name, t.typname as type, c.relrowsecurity as protected,
    coalesce(a.attnum = any(k.conkey), false) as key,
    pg_catalog.has_column_privilege(%(role)s, c.oid, a.attnum, 'SELECT') as readable
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
  where c.oid = %(table)s::regclass order by a.attnum"""


@dataclass(frozen=True)
class Subscription:
    """Binding of a channel with the claims that apply to it."""

    id: int
    binding: Binding
    claims: Claims
    tables: frozenset[str] = field(default_factory=frozenset)

    @property
    def role(self) -> str:
        """Return the database role."""
        return str(self.claims.get("role") or "anon")

    def wants(self, table: str, action: str) -> bool:
        """Return True if this kind of change of this table was requested."""
        return table in self.tables and self.binding.event in ("*", action)


@dataclass(frozen=True)
class Event:
    """Data that is sent to the subscribers with these ids."""

    ids: tuple[int, ...]
    data: dict[str, Any]


async def events(connection: Connection, change: Change, subscriptions: Sequence[Subscription]) -> list[Event]:
    """Build one event per role and choice of columns, without subscribers that may not see the row."""
    table = quoted(change.schema, change.table)
    wanted = [one for one in subscriptions if one.wants(table, change.action)]
    found: list[Event] = []
    for role in sorted({one.role for one in wanted}):
        of_role = [one for one in wanted if one.role == role]
        columns = await (await connection.execute(_COLUMNS, {"role": role, "table": table})).fetchall()
        head = {"schema": change.schema, "table": change.table, "type": change.action}
        refusal = _refusal(change, columns)
        if refusal:
            found.append(Event(tuple(one.id for one in of_role), {**head, "errors": [refusal]}))
            continue
        old = _identity(change, columns)
        visible = [one for one in of_role if await _sees(connection, change, old, one, columns)]
        for chosen in {one.binding.columns for one in visible}:
            ids = tuple(one.id for one in visible if one.binding.columns == chosen)
            found.append(Event(ids, {**head, **await _data(connection, change, old, columns, chosen)}))
    return found


def quoted(schema: str, table: str) -> str:
    """Quote a table's name for SQL."""
    return sql.Identifier(schema, table).as_string(None)


def _refusal(change: Change, columns: Sequence[dict[str, Any]]) -> str | None:
    keys = [column for column in columns if column["key"]]
    if change.action == "DELETE":
        return None
    if not keys:
        return "Error 400: Bad Request, no primary key"
    return None if all(column["readable"] for column in keys) else "Error 401: Unauthorized"


def _identity(change: Change, columns: Sequence[dict[str, Any]]) -> Row:
    if change.old or change.action == "INSERT":
        return change.old
    return {column["name"]: change.new.get(column["name"]) for column in columns if column["key"]}


async def _sees(
    connection: Connection, change: Change, old: Row, one: Subscription, columns: Sequence[dict[str, Any]]
) -> bool:
    table = quoted(change.schema, change.table)
    told = old if change.action == "DELETE" else change.new
    if not await passes(connection, table, one.binding.filters, told):
        return False
    if change.action == "DELETE" or not columns[0]["protected"]:
        return True
    keys = [column["name"] for column in columns if column["key"]]
    condition = sql.SQL(" and ").join(sql.SQL("{} = {}").format(sql.Identifier(key), change.new[key]) for key in keys)
    async with connection.transaction(force_rollback=True):
        scope = "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"
        await connection.execute(scope, (one.role, json.dumps(dict(one.claims))))
        query = sql.SQL("select 1 as found from {} where {}").format(
            sql.Identifier(change.schema, change.table), condition
        )
        return await (await connection.execute(query)).fetchone() is not None


async def _data(
    connection: Connection, change: Change, old: Row, columns: Sequence[dict[str, Any]], chosen: tuple[str, ...]
) -> dict[str, Any]:
    shown = [one for one in columns if one["readable"] and (not chosen or one["key"] or one["name"] in chosen)]
    names = {one["name"] for one in shown}
    data: dict[str, Any] = {
        "commit_timestamp": f"{change.committed:%Y-%m-%dT%H:%M:%S}.{change.committed.microsecond // 1000:03d}Z",
        "columns": [{"name": one["name"], "type": one["type"]} for one in shown],
        "errors": None,
    }
    if change.action != "DELETE":
        data["record"] = await _values(connection, change, {**old, **change.new}, names, columns)
    if change.action != "INSERT":
        # With row level security a deleted row is sent with its key alone: no policy can be evaluated any more.
        keys_only = change.action == "DELETE" and columns[0]["protected"]
        told = {one["name"] for one in shown if one["key"]} if keys_only else names
        data["old_record"] = await _values(connection, change, old, told, columns)
    return data


async def _values(
    connection: Connection, change: Change, row: Row, names: set[str], columns: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Convert the texts of a row to JSON values of their types."""
    json_columns = {one["name"] for one in columns if one["type"] in ("json", "jsonb")}
    given = {
        name: json.loads(value) if value is not None and name in json_columns else value
        for name, value in row.items()
        if name in names
    }
    query = sql.SQL("select to_jsonb(jsonb_populate_record(null::{}, %s)) as row").format(
        sql.Identifier(change.schema, change.table)
    )
    found = await (await connection.execute(query, (Jsonb(given),))).fetchone()
    values: dict[str, Any] = found["row"] if found else {}
    return {name: values[name] for name in given}
