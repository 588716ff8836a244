"""Process that samples the stack once a second: CPU and memory per part, database connections. One JSON line each.

A separate process, so that sampling takes no time from the generator. Its settings come by stdin.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import psutil
import psycopg

from local.processes import die_with_parent

_EVERY = 1.0
_PARTS = (
    ("worker.py", "functions"),
    ("local.gateway", "gateway"),
    ("postgrest", "PostgREST"),
    ("postgres", "Postgres"),
    ("redis", "Redis"),
    ("local.simulators", "simulators"),
)
_DATABASE = """
select count(*) as connections, count(*) filter (where a.state = 'active') as active,
  count(*) filter (where a.usename = 'authenticator') as pool,
  count(*) filter (where a.usename = 'authenticator' and a.state <> 'idle') as pool_busy,
  count(*) filter (where a.wait_event_type = 'Lock') as waiting_for_locks,
  (select sum(d.xact_commit)::bigint from pg_stat_database d) as commits,
  (select sum(d.blks_read)::bigint from pg_stat_database d) as blocks_read,
  (select sum(d.blks_hit)::bigint from pg_stat_database d) as blocks_hit,
  pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as wal
from pg_stat_activity a where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
"""


def part_of(process: psutil.Process) -> str:
    """Return the part of the stack of a process."""
    words = " ".join([process.name(), *process.cmdline()[:4]])
    return next((part for mark, part in _PARTS if mark in words), "other")


class Watch:
    """CPU seconds since the start, and memory now, by part; a part includes the time of ended processes."""

    def __init__(self, stack: int, generator: int) -> None:
        self._stack, self._generator = psutil.Process(stack), psutil.Process(generator)
        self._seen: dict[psutil.Process, float] = {}
        self._parts: dict[psutil.Process, str] = {self._generator: "generator"}

    def sample(self) -> dict[str, Any]:
        """Return CPU seconds, megabytes and processes by part."""
        memory, processes = dict[str, float](), dict[str, int]()
        for process in [self._generator, *self._stack.children(recursive=True)]:
            try:
                times = process.cpu_times()
                self._seen[process] = times.user + times.system
                part = self._parts.setdefault(process, "") or self._name(process)
                memory[part] = memory.get(part, 0.0) + process.memory_info().rss / 1e6
                processes[part] = processes.get(part, 0) + 1
            except psutil.Error:
                continue
        cpu = dict[str, float]()
        for process, seconds in self._seen.items():
            part = self._parts.get(process) or "other"
            cpu[part] = cpu.get(part, 0.0) + seconds
        machine = psutil.cpu_times()
        busy = sum(machine) - machine.idle - getattr(machine, "iowait", 0.0) - getattr(machine, "guest", 0.0)
        return {"cpu": cpu, "memory_mb": memory, "processes": processes, "machine_busy": busy}

    def _name(self, process: psutil.Process) -> str:
        self._parts[process] = part_of(process)
        return self._parts[process]


def main() -> None:
    """Write a line every second until the parent ends."""
    die_with_parent()
    settings = json.loads(sys.stdin.readline())
    watch = Watch(settings["stack"], settings["generator"])
    with psycopg.connect(settings["dsn"], autocommit=True, application_name="load watch") as connection:
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        while True:
            line = {"at": time.time(), **watch.sample()}
            try:
                [line["database"]] = cursor.execute(_DATABASE).fetchall()
            except psycopg.OperationalError:
                return
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
            time.sleep(_EVERY)


if __name__ == "__main__":
    main()
