"""`make beacon-load`: send playback reports at a steady rate to a stack of its own, and count them in the database."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import aiohttp
import psutil
import psycopg

from benchmarks.beacon.crowd import Crowd
from benchmarks.load.watch import part_of
from local.errors import StackError
from local.paths import CHECKOUT, DataFolder
from local.ports import HOST, Ports, free_base
from local.postgres import SUPERUSER
from local.secrets import Keyring

_REPEATED = 0.05
_ADDRESSES = 800
# As the app's client: clients/typescript/src/quality.ts.
_ATTEMPTS = 3
_WARM_ROUNDS, _WARM_AT_ONCE = 20, 12
_CHECKED = ("reports", "attempts", "starts", "start_failures")
_SUMS = """select coalesce(sum(reports), 0)::bigint, coalesce(sum(attempts), 0)::bigint,
  coalesce(sum(starts), 0)::bigint, coalesce(sum(start_failures), 0)::bigint from quality_hours"""
_PERCENTILES = """select private.quality_percentile(s.h, 0.5, 50)::float8,
  private.quality_percentile(s.h, 0.95, 50)::float8
  from (select private.sum_counts(array_agg(start_histogram)) as h from quality_hours) as s"""


def main() -> int:
    """Run one load; 0 when every batch was counted exactly once and p95 is within 5 %."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beacon", description=__doc__)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    with _stack(Ports(chosen.port) if chosen.port else free_base()) as (url, dsn, pid):
        crowd = Crowd(Random(360))  # noqa: S311 - phones of a simulation
        bodies = [crowd.batch() for _ in range(chosen.rate * chosen.seconds)]
        asyncio.run(_warm_up(url))
        before = _cpu(pid)
        statuses, waits, took = asyncio.run(_send(url, bodies, chosen.rate))
        asyncio.run(_count(url))
        _report_cpu(before, _cpu(pid), sum(statuses.values()))
        return _report(dsn, crowd, statuses, waits, took)


async def _warm_up(url: str) -> None:
    """Have every process of the function started: cold starts are measured elsewhere (`make bench-cold`)."""
    async with aiohttp.ClientSession() as client:

        async def one() -> None:
            async with client.post(f"{url}/api/quality/views", data=b"{}") as answer:
                await answer.read()

        for _ in range(_WARM_ROUNDS):
            await asyncio.gather(*(one() for _ in range(_WARM_AT_ONCE)))


async def _send(url: str, bodies: list[bytes], rate: int) -> tuple[Counter[str], list[float], float]:
    """Send every body when its time has come, whatever became of earlier ones; some twice, as after a lost answer."""
    random = Random(7)  # noqa: S311 - phones of a simulation
    statuses, waits = Counter[str](), list[float]()

    async def one(client: aiohttp.ClientSession, body: bytes, intended: float) -> None:
        address = random.randrange(_ADDRESSES)
        headers = {"X-Local-Address": f"198.18.{address % 250}.{address // 250}", "Content-Type": "application/json"}
        for _ in range(2 if random.random() < _REPEATED else 1):
            for attempt in range(1, _ATTEMPTS + 1):
                status = await _post(client, url, body, headers)
                statuses[status] += 1
                waits.append(time.perf_counter() - intended)
                if status == "202":
                    break
                await asyncio.sleep(2 * attempt)
                intended = time.perf_counter()
            intended = time.perf_counter()

    timeout = aiohttp.ClientTimeout(total=600)
    connector = aiohttp.TCPConnector(limit=400)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as client:
        began = time.perf_counter()
        tasks = []
        for number, body in enumerate(bodies):
            intended = began + number / rate
            await asyncio.sleep(max(0.0, intended - time.perf_counter()))
            tasks.append(asyncio.create_task(one(client, body, intended)))
        await asyncio.gather(*tasks)
        return statuses, waits, time.perf_counter() - began


async def _post(client: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Return the status, or the name of the failure."""
    try:
        async with client.post(f"{url}/api/quality/views", data=body, headers=headers) as answer:
            await answer.read()
            return str(answer.status)
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error).__name__


async def _count(url: str) -> None:
    """Have the timer count what still waits, beside the runs of each minute."""
    async with aiohttp.ClientSession() as client:
        while True:
            async with client.post(f"{url}/_local/timers/quality_counter/0") as answer:
                if (await answer.json())["result"] == {"batches": 0}:
                    return
            await asyncio.sleep(1)


def _cpu(pid: int) -> Counter[str]:
    """Return the CPU seconds of the stack so far, by part."""
    seconds = Counter[str]()
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds[part_of(process)] += times.user + times.system
    return seconds


def _report_cpu(before: Counter[str], after: Counter[str], requests: int) -> None:
    parts = {part: 1000 * (after[part] - before[part]) / requests for part in sorted(after)}
    told = ", ".join(f"{part} {milliseconds:.1f}" for part, milliseconds in parts.items() if milliseconds >= 0.05)
    ours = sum(milliseconds for part, milliseconds in parts.items() if part in ("functions", "PostgREST", "Postgres"))
    print(f"CPU per request: {sum(parts.values()):.1f} ms ({told}); of ours {ours:.2f} ms")


def _report(dsn: str, crowd: Crowd, statuses: Counter[str], waits: list[float], took: float) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_SUMS).fetchone()
        found = dict(zip(_CHECKED, row or (), strict=True))
        drops = connection.execute("select reason, sum(dropped)::bigint from quality_drops group by 1").fetchall()
        [(p50, p95)] = connection.execute(_PERCENTILES).fetchall()
    expected = {column: crowd.expected[column] for column in _CHECKED}
    sent, ordered = sum(statuses.values()), sorted(waits)
    print(f"{sent} requests in {took:.1f} s ({sent / took:.0f}/s), by status: {dict(statuses)}")
    print(f"latency: p50 {ordered[len(ordered) // 2]:.3f} s, p95 {ordered[int(len(ordered) * 0.95)]:.3f} s")
    print(f"counted:  {found}\nexpected: {expected}\nnot counted: {dict(drops)}")
    true_p50, true_p95 = crowd.percentile(0.5), crowd.percentile(0.95)
    print(f"start p50 {p50:.0f} ms (all phones: {true_p50}), p95 {p95:.0f} ms (all phones: {true_p95})")
    is_near = abs(p95 / true_p95 - 1) <= 0.05
    print(f"counts exact: {found == expected}; p95 off by {100 * (p95 / true_p95 - 1):+.1f} %")
    return 0 if found == expected and is_near else 1


@contextmanager
def _stack(ports: Ports) -> Iterator[tuple[str, str, int]]:
    """Yield address, database and process of a stack of its own, which is stopped in the end."""
    with tempfile.TemporaryDirectory(prefix="beacon-load-") as root:
        folder, output = DataFolder(Path(root) / "data"), Path(root) / "stack.log"
        # A burst waits in the gateway's queue: what is refused there says nothing of the counting.
        environ = {"MAX_REQUESTS": "400", **os.environ, "AUTO360_DATA": str(folder.root), "PORT": str(ports.base)}
        with output.open("wb") as log:
            command = [sys.executable, "-m", "local", "up"]
            process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=log, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + 240
            while "ready after" not in output.read_text(encoding="utf-8"):
                if process.poll() is not None or time.monotonic() > until:
                    raise StackError(f"The local stack did not start:\n{output.read_text(encoding='utf-8')}")
                time.sleep(0.2)
            password = Keyring.load_or_create(folder.secrets).postgres_password
            yield (
                f"http://{HOST}:{ports.base}",
                f"postgresql://{SUPERUSER}:{password}@{HOST}:{ports.postgres}/postgres",
                process.pid,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


if __name__ == "__main__":
    sys.exit(main())
