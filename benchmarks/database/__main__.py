"""`make bench-database`: time SQL functions of requests and jobs, each alone; `ARGS=writes`: bloat after writes.

Runs on the database of `make seed-big`.
"""

from __future__ import annotations

import os
import sys
import time
from random import Random
from typing import Any

import psycopg

from benchmarks.database.arguments import Arguments, arguments
from benchmarks.database.cases import JOBS, REQUESTS, STAFF
from benchmarks.database.writes import measure_writes
from benchmarks.feed.home import big_database
from local.errors import StackError

Connection = psycopg.Connection[Any]
CALLS, GOAL_MS = 60, 50.0

# Tables read completely by a call, among the large ones.
_SCANS = """
select s.relname, s.seq_scan from pg_stat_xact_user_tables s join pg_class c on c.oid = s.relid
where s.seq_scan > 0 and c.reltuples > 10000 order by 1
"""


def main(arguments_given: list[str]) -> int:
    """Measure functions, or writes."""
    try:
        with big_database() as dsn, psycopg.connect(dsn) as connection:
            if "writes" in arguments_given:
                measure_writes(connection)
                return 0
            return 0 if measure(connection) else 1
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


def measure(connection: Connection) -> bool:
    """Print a line per function; return True when every request is within its goal."""
    drawn = arguments(connection, Random(360))  # noqa: S311 - the same calls again
    connection.commit()
    print(f"load of the machine {os.getloadavg()[0]:.1f}; {CALLS} calls each, rolled back; milliseconds\n")
    print(f"{'function':<42}{'p50':>8}{'p95':>8}{'max':>8}  read from end to end")
    slow = []
    for title, calls, rounds in (("requests", REQUESTS, CALLS), ("staff", STAFF, CALLS // 3), ("jobs", JOBS, 5)):
        print(f"-- {title}")
        for name, text in calls.items():
            times, scans = _times(connection, drawn, text, rounds)
            p95 = times[int(len(times) * 0.95)] if len(times) > 1 else times[0]
            shown = f"{times[len(times) // 2]:>8.1f}{p95:>8.1f}{times[-1]:>8.1f}"
            print(f"{name:<42}{shown}  {', '.join(scans)}", flush=True)
            if title == "requests" and (p95 > GOAL_MS or scans):
                slow.append(name)
    print(f"\nGoal: p95 within {GOAL_MS:.0f} ms, no large table read from end to end: "
          + (f"missed by {', '.join(slow)}" if slow else "met"))  # fmt: skip
    return not slow


def _times(connection: Connection, drawn: Arguments, text: str, rounds: int) -> tuple[list[float], list[str]]:
    times, scans = [], dict[str, None]()
    connection.prepare_threshold = None
    for _ in range(rounds + 2):
        call = f"select {drawn.fill(text)}"
        with connection.transaction(force_rollback=True):
            before = dict(connection.execute(_SCANS).fetchall())
            started = time.perf_counter()
            connection.execute(call.encode()).fetchall()
            times.append((time.perf_counter() - started) * 1000)
            after = dict(connection.execute(_SCANS).fetchall())
            scans |= {name: None for name, count in after.items() if count > before.get(name, 0)}
    return sorted(times[2:]), list(scans)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
