"""Reads the changes of published tables from a slot that exists as long as a subscriber does."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from local.supabase.keys import Claims
from local.supabase.realtime.bindings import BadBinding, Binding, parsed
from local.supabase.realtime.decoding import OPTIONS, changes
from local.supabase.realtime.filters import Connection, require_filters
from local.supabase.realtime.visibility import Event, Subscription, events, quoted

PUBLICATION = "supabase_realtime"
_EVERY_SECONDS = 0.1
_IDLE_ROUNDS = 100
_PUBLISHED = """select t.schemaname, t.tablename, p.pubinsert, p.pubupdate, p.pubdelete
  from pg_catalog.pg_publication_tables t join pg_catalog.pg_publication p on p.pubname = t.pubname
  where t.pubname = %s"""
Deliver = Callable[[Event], None]


@dataclass
class _Listener:
    """Channel with its subscriptions."""

    subscriptions: list[Subscription]
    deliver: Deliver


@dataclass
class Feed:
    """Single reader of a server's changes. `database` is an address with replication rights."""

    database: str
    _listeners: dict[int, _Listener] = field(default_factory=dict, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _reading: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def listen(
        self, channel: int, entries: Sequence[tuple[int, dict[str, Any]]], claims: Claims, deliver: Deliver
    ) -> None:
        """Subscribe a channel to all of its bindings, or to none. Raises BadBinding with the service's sentence."""
        async with await self._connected() as connection:
            found = [
                Subscription(number, binding, claims, await self._tables(connection, binding, claims))
                for number, binding in [(number, parsed(entry)) for number, entry in entries]
            ]
        self._listeners[channel] = _Listener(found, deliver)
        if self._task is None:
            self._reading.clear()
            self._task = asyncio.create_task(self._read())
        await asyncio.wait_for(self._reading.wait(), 10)

    def forget(self, channel: int) -> None:
        """Remove a channel; the last one ends the reading and its slot."""
        self._listeners.pop(channel, None)

    async def close(self) -> None:
        """End the reading."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _tables(self, connection: Connection, binding: Binding, claims: Claims) -> frozenset[str]:
        """Return the published tables covered by a binding."""
        tables = frozenset(
            quoted(row["schemaname"], row["tablename"])
            for row in await (await connection.execute(_PUBLISHED, (PUBLICATION,))).fetchall()
            if binding.schema in ("*", row["schemaname"]) and binding.table in ("*", row["tablename"])
        )
        refused = "Unable to subscribe to changes with given parameters."
        if not tables:
            raise BadBinding(
                f"{refused} Please check Realtime is enabled for the given connect parameters: [{binding.described()}]"
            )
        for table in tables:
            try:
                await require_filters(connection, table, str(claims.get("role") or "anon"), binding.filters)
            except BadBinding as error:
                raise BadBinding(
                    f"{refused} An exception happened so please check your connect parameters:"
                    f" [{binding.described()}]. Exception: {error}"
                ) from None
        return tables

    async def _read(self) -> None:
        """Read until there has been no listener for a while; restart after a failure of the database."""
        idle = 0
        while self._listeners or idle < _IDLE_ROUNDS:
            try:
                idle = await self._read_slot()
            except Exception:
                traceback.print_exc()  # into the log of the host; the listeners stay and get later changes
                self._reading.clear()
                await asyncio.sleep(1)
                idle += 10
        self._task = None

    async def _read_slot(self) -> int:
        slot, idle = f"realtime_local_{secrets.token_hex(6)}", 0
        async with await self._connected() as reader, await self._connected() as connection:
            await reader.execute("select pg_create_logical_replication_slot(%s, 'test_decoding', true)", (slot,))
            self._reading.set()
            while self._listeners or idle < _IDLE_ROUNDS:
                idle = 0 if self._listeners else idle + 1
                query = "select data from pg_logical_slot_get_changes(%s, null, null, variadic %s)"
                rows = await (await reader.execute(query, (slot, list(OPTIONS)))).fetchall()
                await self._notify(connection, [row["data"] for row in rows])
                await asyncio.sleep(_EVERY_SECONDS)
            # Decided before anything else runs: a listener added now finds no reader and starts one.
            self._task = None
        return idle

    async def _notify(self, connection: Connection, lines: Iterable[str]) -> None:
        found = list(changes(lines))
        if not found:
            return
        published = {
            (row["schemaname"], row["tablename"], action)
            for row in await (await connection.execute(_PUBLISHED, (PUBLICATION,))).fetchall()
            for action, told in (("INSERT", "pubinsert"), ("UPDATE", "pubupdate"), ("DELETE", "pubdelete"))
            if row[told]
        }
        for change in found:
            if (change.schema, change.table, change.action) not in published:
                continue
            for listener in list(self._listeners.values()):
                for event in await events(connection, change, listener.subscriptions):
                    listener.deliver(event)

    async def _connected(self) -> Connection:
        return await psycopg.AsyncConnection.connect(self.database, autocommit=True, row_factory=dict_row)
