"""Load generator against servers that fail, and against one that stands still."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import aiohttp
import pytest
from aiohttp import web

from benchmarks.load.app import GAVE_UP, NO_ANSWER, App, Manners, Outcome
from benchmarks.load.engine import Engine
from benchmarks.load.phases import Phase
from benchmarks.load.records import Records
from benchmarks.load.sessions import FEED, MIXES, Memory
from benchmarks.load.world import Person, World
from local.health import http_status
from tests.support.ports import own_ports

STOP_SECONDS = 2.0
QUICK = Manners(timeout=0.5, pauses=(0.01, 0.02, 0.04), patience=5)


# Bucket of the latencies above a hundredth of a second.
SLOW = 240


def a_world() -> World:
    person = Person("u", "token", "198.18.0.1", "00000000-0000-4000-8000-000000000000")
    return World([person], ["00000000-0000-4000-8000-000000000000"])


def one_step(answers: list[int], manners: Manners = QUICK, *, delay: float = 0) -> tuple[Outcome, int]:
    """Return the outcome of one step at a server with these statuses, the last one for ever, and its requests."""
    seen: list[int] = []

    async def answer(_request: web.Request) -> web.Response:
        seen.append(answers[min(len(seen), len(answers) - 1)])
        await asyncio.sleep(delay)
        return web.json_response({"success": False, "code": "any", "data": {"listings": []}}, status=seen[-1])

    async def run() -> Outcome:
        site = web.Application()
        site.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(site)
        await runner.setup()
        port = own_ports().gateway
        await web.TCPSite(runner, "127.0.0.1", port).start()
        loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession() as http:
            app = App(http, f"http://127.0.0.1:{port}", "test", manners, clock=loop.time)
            memory = Memory(a_world().next_person(), a_world(), Random(1))
            outcome = await app.do(FEED, memory, loop.time())
        await runner.cleanup()
        return outcome

    return asyncio.run(run()), len(seen)


def test_server_errors_are_repeated_until_one_succeeds() -> None:
    outcome, requests = one_step([503, 502, 200])
    assert (outcome.code, outcome.tries, outcome.server_errors, requests) == ("ok", 3, 2, 3)


def test_the_fourth_failure_is_shown() -> None:
    outcome, requests = one_step([500])
    assert (outcome.code, requests) == ("500 any", 4)


@pytest.mark.parametrize("status", [429, 404, 401])
def test_refusals_are_not_repeated(status: int) -> None:
    outcome, requests = one_step([status, 200])
    assert (outcome.code, requests) == (f"{status} any", 1)


def test_slow_tries_are_repeated() -> None:
    outcome, requests = one_step([200], Manners(timeout=0.1, pauses=(0.01,), patience=5), delay=1)
    assert (outcome.code, requests) == (NO_ANSWER, 2)


def test_the_person_gives_up_in_the_middle_of_the_retries() -> None:
    outcome, requests = one_step([503], Manners(timeout=0.5, pauses=(0.1, 5, 5), patience=0.5))
    assert (outcome.code, requests) == (GAVE_UP, 2)


@contextmanager
def null_server() -> Iterator[tuple[str, int]]:
    """Yield address and process id of a server that answers at once."""
    port = own_ports().gateway
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.load.null_server", str(port)])
    try:
        for _ in range(200):
            if http_status(port, "/") == 200:
                break
            assert process.poll() is None
            asyncio.run(asyncio.sleep(0.1))
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.kill()
        process.wait()


def test_a_server_that_stands_still_is_seen() -> None:
    """What the tool measures, and no promise about the product: requests of the stop carry its length."""

    async def stand_still(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(STOP_SECONDS)
        os.kill(pid, signal.SIGCONT)

    async def run(base: str, pid: int) -> Records:
        loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            app = App(http, base, "test", Manners(), clock=loop.time)
            engine = Engine(app, a_world(), MIXES["audit"], Random(2))
            return await engine.run(Phase("any", STOP_SECONDS * 1.5, 150), lambda: stand_still(pid))

    with null_server() as (base, pid):
        records = asyncio.run(run(base, pid))
    latency = records.total
    assert latency.quantile(0.99) > 0.8 * STOP_SECONDS
    assert 0.15 * records.offered < sum(n for bucket, n in latency.counts.items() if bucket > SLOW)
    assert records.failed == 0
    assert 0.9 < records.little < 1.1
