"""Run: calibration of the generator, steps, and the phases after them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Self

import aiohttp
import psycopg

from benchmarks.load.app import App, Manners
from benchmarks.load.engine import Engine
from benchmarks.load.local_stack import LocalStack, local_stack
from benchmarks.load.phases import CALLS_PER_PERSON, Durations, Phase, after_steps, steps_for
from benchmarks.load.results import capacity_of, phase_result, verdict
from benchmarks.load.sessions import mix_for
from benchmarks.load.target import LoadTarget, TargetRefused
from benchmarks.load.world import World, world_of
from local.health import http_status
from local.ports import free_base
from local.tokens import TokenKeys

Samples = Callable[[], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Options:
    """Options of `make load`."""

    users: int = 1000
    mix: str = "audit"
    shapes: tuple[str, ...] = ("spike", "soak", "failure")
    seed: int = 360
    durations: Durations = field(default_factory=Durations)
    retries: bool = True

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read `USERS`, `MIX`, `SHAPES`, `SEED`, `STEP_SECONDS`, `SOAK_SECONDS` and `RETRIES=off`."""
        default = cls()
        step = float(environ.get("STEP_SECONDS") or default.durations.step)
        soak = float(environ.get("SOAK_SECONDS") or default.durations.soak)
        shapes = environ.get("SHAPES")
        return cls(
            users=int(environ.get("USERS") or default.users),
            mix=environ.get("MIX") or default.mix,
            shapes=default.shapes if shapes is None else tuple(shapes.split()),
            seed=int(environ.get("SEED") or default.seed),
            durations=Durations(warm_up=max(10, step / 3), step=step, spike=step, soak=soak, failure=step),
            retries=environ.get("RETRIES") != "off",
        )


@dataclass
class Run:
    """Load test of one target."""

    options: Options
    target: LoadTarget
    say: Callable[[str], None]

    async def on_local_stack(self, port: int) -> dict[str, Any]:
        """Start the stack on the large database, and run against it."""
        load_before = os.getloadavg()[0]
        with local_stack(port) as stack:
            random = Random(self.options.seed)  # noqa: S311 - the same run again
            with psycopg.connect(stack.dsn) as connection:
                world = world_of(connection, stack.token, random, people=self._people())
            return {**await self.on(world, stack), "load_before": load_before}

    async def on(self, world: World, stack: LocalStack | None = None) -> dict[str, Any]:
        """Run every phase and return the results."""
        calibration = await self._calibrate(world)
        self.say(f"generator: {calibration['verdict']}")
        loop = asyncio.get_running_loop()
        rows: list[dict[str, Any]] = []
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            app = App(http, self.target.url, f"load-{uuid.uuid4()}", self._manners(), clock=loop.time)
            engine = Engine(app, world, self._mix(), Random(self.options.seed))  # noqa: S311 - the same run again
            for phase in steps_for(self.options.users, self.options.durations):
                rows.append(await self._phase(engine, phase, stack))
                if phase.is_step and rows[-1]["broke"]:
                    break
            capacity = capacity_of(rows)
            rest = (capacity or rows[-1]["served"] / 2, self.options.durations, self.options.shapes)
            for phase in after_steps(self.options.users, *rest):
                await self._settle(http)
                rows.append(await self._phase(engine, phase, stack))
        return {
            "verdict": verdict(rows),
            "capacity": capacity,
            "calibration": calibration,
            "phases": rows,
            "mix": self.options.mix,
            "seed": self.options.seed,
            "people": world.people,
            "listings": world.listings,
            "load_before": os.getloadavg()[0],
            "cpus": os.cpu_count() or 1,
        }

    async def _phase(self, engine: Engine, phase: Phase, stack: LocalStack | None) -> dict[str, Any]:
        phase = replace(phase, rate=min(phase.rate, self.target.max_rate))
        began = time.time()
        break_something: Callable[[], Awaitable[object]] | None = None
        if phase.breaks and stack is not None:
            break_something = stack.break_something
        records = await engine.run(phase, break_something)
        row = phase_result(phase, records, began, stack.samples() if stack else [], os.cpu_count() or 1)
        self.say(
            f"{phase.name:<9} offered {row['offered']:>7.1f}/s  served {row['served']:>7.1f}/s  errors"
            f" {row['error_share']:>7.2%}  p50 {row['latency']['p50']:>7.1f}  p95 {row['latency']['p95']:>8.1f}  p99"
            f" {row['latency']['p99']:>8.1f} ms  CPU {row.get('machine', {}).get('cpu_share_all', 0):>4.0%}"
            f"  {row['broke']}"
        )
        return row

    async def _calibrate(self, world: World) -> dict[str, Any]:
        """Measure the generator against a server that answers at once, at twice the target."""
        rate = min(2 * self.options.users * CALLS_PER_PERSON, self.target.max_rate)
        port, loop = free_base().gateway, asyncio.get_running_loop()
        command = [sys.executable, "-m", "benchmarks.load.null_server", str(port)]
        process = subprocess.Popen(command)
        try:
            while await asyncio.to_thread(http_status, port, "/") != 200:
                await asyncio.sleep(0.1)
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
                app = App(http, f"http://127.0.0.1:{port}", "calibration", self._manners(), clock=loop.time)
                engine = Engine(app, world, self._mix(), Random(self.options.seed))  # noqa: S311
                before, phase = time.process_time(), Phase("calibration", 10, rate)
                records = await engine.run(phase)
                cpu = (time.process_time() - before) / phase.seconds
        finally:
            process.kill()
            process.wait()
        row = phase_result(phase, records, time.time(), [], 1)
        good = row["latency"]["p99"] < 20 and cpu < 0.6 and not row["error_share"]
        return {**row, "cpu_share": round(cpu, 3), "verdict": "valid" if good else "NOT valid at this rate"}

    async def _settle(self, http: aiohttp.ClientSession) -> None:
        """Wait until the leftovers of earlier phases are processed, a minute at most."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + 60
        while loop.time() < ends:
            await asyncio.sleep(2)
            began = loop.time()
            with contextlib.suppress(TimeoutError, aiohttp.ClientError):
                async with asyncio.timeout(10), http.get(f"{self.target.url}/api/listings?limit=1") as answer:
                    if answer.status == 200 and loop.time() - began < 1:
                        return

    def _people(self) -> int:
        return max(10_000, self.options.users)

    def _manners(self) -> Manners:
        return Manners() if self.options.retries else Manners(pauses=())

    def _mix(self) -> Any:
        return mix_for(self.options.mix, has_simulated_providers=self.target.has_simulated_providers)


def staging_world_source(environ: Mapping[str, str]) -> World:
    """Return the seeded users of staging, with tokens by its key. Raises TargetRefused for a missing setting."""
    names = ("DATABASE_URL", "JWT_SIGNING_KEY", "JWT_SIGNING_KEY_ID", "JWT_ISSUER")
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise TargetRefused(f"Staging needs {', '.join(missing)} of that stage, to sign the tokens of seeded people.")
    keys = TokenKeys(environ["JWT_SIGNING_KEY"], environ["JWT_SIGNING_KEY_ID"], "", environ["JWT_ISSUER"])
    options = Options.from_environ(environ)
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        return world_of(
            connection,
            lambda user, session: keys.user_token(user, {"session_id": session}),
            Random(options.seed),  # noqa: S311 - the same people again
            people=max(10_000, options.users),
        )
