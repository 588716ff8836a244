"""`make measure-endpoints`: CPU time by part, time in the function and size of each endpoint alone.

Writes `benchmarks/capacity/measurements.json`, the input of `make capacity`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import psycopg

from benchmarks.load.app import App, Manners, Outcome
from benchmarks.load.histogram import Histogram
from benchmarks.load.local_stack import LocalStack, local_stack
from benchmarks.load.sessions import ALL_STEPS, REQUEST_CODE, Memory, Step
from benchmarks.load.watch import Watch
from benchmarks.load.world import World, world_of
from local.errors import StackError
from local.paths import CHECKOUT
from local.ports import DEFAULT_BASE

FILE = CHECKOUT / "benchmarks" / "capacity" / "measurements.json"
WARM_UP, CALLS, AT_ONCE = 12, 160, 2

_SIZES = """
select c.relname, pg_total_relation_size(c.oid), greatest(c.reltuples, 1) from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.reltuples > 10000 order by 2 desc
"""


async def measure(stack: LocalStack, world: World, names: list[str]) -> dict[str, Any]:
    """Return the measurements of the named endpoints, of all without names."""
    found = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        app = App(http, f"http://127.0.0.1:{stack.ports.gateway}", "alone", Manners(), clock=time.monotonic)
        watch = Watch(stack.pid, os.getpid())
        for step in (step for step in ALL_STEPS if not names or step.name in names):
            await _calls(app, step, await _people(app, world, step, WARM_UP))
            people = await _people(app, world, step, CALLS)
            before = watch.sample()["cpu"]
            outcomes = await _calls(app, step, people)
            after = watch.sample()["cpu"]
            found[step.name] = _row(outcomes, {part: after[part] - before.get(part, 0.0) for part in after})
            print(f"{step.name:<18}{found[step.name]}", flush=True)
    return found


def _row(outcomes: list[Outcome], cpu: dict[str, float]) -> dict[str, Any]:
    times = Histogram()
    for outcome in outcomes:
        if outcome.function_seconds is not None:
            times.record(outcome.function_seconds)
    failed = [outcome.code for outcome in outcomes if not outcome.is_ok]
    return {
        "cpu_ms": {part: round(1000 * used / len(outcomes), 3) for part, used in sorted(cpu.items())},
        "function_ms": {"p50": round(1000 * times.quantile(0.5), 1), "mean": round(1000 * times.mean, 1)},
        "bytes": round(sum(outcome.bytes for outcome in outcomes) / len(outcomes)),
        "failed": len(failed),
    }


async def _people(app: App, world: World, step: Step, count: int) -> list[Memory]:
    """Return users prepared for a step: with a login code, if it needs one."""
    random = Random()  # noqa: S311 - a phone number asks for one code only
    people = [Memory(world.next_person(), world, random) for _ in range(count)]
    for memory in people if step.needs_code else ():
        asked = await app.do(REQUEST_CODE, memory, time.monotonic())
        memory.request = str(asked.data.get("requestId", ""))
        memory.code = await app.read_code(memory.phone)
    return people


async def _calls(app: App, step: Step, people: list[Memory]) -> list[Outcome]:
    async def work(part: list[Memory]) -> list[Outcome]:
        return [await app.do(step, memory, time.monotonic()) for memory in part]

    parts = await asyncio.gather(*(work(people[first::AT_ONCE]) for first in range(AT_ONCE)))
    return [outcome for part in parts for outcome in part]


def row_bytes(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return bytes for each row of the large tables, indexes included."""
    return {str(name): round(size / rows) for name, size, rows in connection.execute(_SIZES).fetchall()}


def main(names: list[str], file: Path = FILE) -> int:
    """Measure on the local stack and write the file; named endpoints replace their part of it."""
    load, port = os.getloadavg()[0], int(os.environ.get("PORT") or DEFAULT_BASE)
    try:
        with local_stack(port) as stack:
            with psycopg.connect(stack.dsn) as connection:
                people = Random(int(time.time()))  # noqa: S311 - others in each run
                world, sizes = world_of(connection, stack.token, people, people=4000), row_bytes(connection)
            endpoints = asyncio.run(measure(stack, world, names))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    about = {"date": time.strftime("%Y-%m-%d"), "cpus": os.cpu_count(), "load_before": round(load, 1), "calls": CALLS}
    if names:
        endpoints = json.loads(file.read_text(encoding="utf-8"))["endpoints"] | endpoints
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"about": about, "endpoints": endpoints, "row_bytes": sizes}, indent=1)
    file.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
