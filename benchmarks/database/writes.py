"""Bloat: dead rows, sizes and the time of a vacuum after a scaled day of writes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg

from benchmarks.database.arguments import Arguments, arguments
from benchmarks.database.cases import REQUESTS

Connection = psycopg.Connection[Any]

# Calls of an hour of the evening peak with 1,000 users online, by kind.
DAY: dict[str, int] = {
    "record_listing_views": 10_000,
    "listing_react": 2_000,
    "chat_send": 4_000,
    "chat_mark_read": 2_000,
    "listing_update": 1_000,
    "listing_create": 300,
    "listing_mark_sold": 150,
    "rate_limit_hit": 10_000,
}
_TABLES = (
    "listings",
    "listing_counters",
    "listing_views",
    "listing_likes",
    "chat_threads",
    "chat_messages",
    "rate_limits",
)
_STATISTICS = """
select s.n_tup_ins, s.n_tup_upd, s.n_tup_hot_upd, s.n_tup_del, s.n_dead_tup, pg_total_relation_size(s.relid)
from pg_stat_user_tables s where s.relname = %s and s.schemaname = 'public'
"""


@dataclass(frozen=True)
class Table:
    """Statistics of a table."""

    inserted: int
    updated: int
    hot: int
    deleted: int
    dead: int
    bytes: int


def measure_writes(connection: Connection) -> None:
    """Write, commit, and print the bloat and the cost of a vacuum."""
    connection.commit()
    connection.autocommit = True
    connection.prepare_threshold = None
    before = {name: _statistics(connection, name) for name in _TABLES}
    drawn = arguments(connection, Random(int(time.time())))  # noqa: S311 - other rows in each run
    started, calls = time.perf_counter(), _calls(drawn)
    failed = 0
    for call in calls:
        try:
            connection.execute(call.encode())
        except psycopg.Error:
            failed += 1
    seconds = time.perf_counter() - started
    connection.execute("select pg_stat_force_next_flush()")
    time.sleep(1)
    print(f"{len(calls):,} writes in {seconds:.0f} s, {failed} refused\n")
    heads = ("inserted", "updated", "HOT", "dead", "grown, MB", "vacuum, s", "size, MB")
    print(f"{'table':<20}" + "".join(f"{head:>11}" for head in heads))
    for name in _TABLES:
        after = _statistics(connection, name)
        began = time.perf_counter()
        connection.execute(f"vacuum {name}".encode())
        print(_line(name, before[name], after, time.perf_counter() - began))


def _calls(drawn: Arguments) -> list[str]:
    calls = [f"select {drawn.fill(REQUESTS[name])}" for name, count in DAY.items() for _ in range(count)]
    drawn.random.shuffle(calls)
    return calls


def _statistics(connection: Connection, name: str) -> Table:
    [row] = connection.execute(_STATISTICS, [name]).fetchall()
    return Table(*(int(value) for value in row))


def _line(name: str, before: Table, after: Table, vacuum: float) -> str:
    updated = after.updated - before.updated
    hot = f"{(after.hot - before.hot) / updated:.0%}" if updated else "–"
    grown = (after.bytes - before.bytes) / 1e6
    values = (
        f"{after.inserted - before.inserted:,}", f"{updated:,}", hot, f"{after.dead:,}", f"{grown:.1f}",
        f"{vacuum:.2f}", f"{after.bytes / 1e6:.0f}",
    )  # fmt: skip
    return f"{name:<20}" + "".join(f"{value:>11}" for value in values)
