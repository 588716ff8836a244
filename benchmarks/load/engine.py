"""Runs the visits of a phase: each user arrives on time, independent of the others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.load.app import App
from benchmarks.load.phases import Phase, Visit, visits
from benchmarks.load.records import Records
from benchmarks.load.sessions import Memory, SessionKind
from benchmarks.load.world import World

GUESTS = 0.3
_STOP_SHARE, _STOP_SECONDS = 0.05, 30


@dataclass
class Engine:
    """Load of one run. `random` draws people, sessions and thinking times."""

    app: App
    world: World
    mix: Sequence[SessionKind]
    random: Random

    async def run(self, phase: Phase, break_something: Callable[[], Awaitable[object]] | None = None) -> Records:
        """Return the records of a phase. Ends it early after 5 % of 5xx answers in 30 s."""
        loop, records = asyncio.get_running_loop(), Records()
        began = loop.time()
        tasks: set[asyncio.Task[None]] = set()
        stop = asyncio.Event()
        guards = [asyncio.create_task(_guard(records, stop))]
        if break_something is not None:
            guards.append(asyncio.create_task(_later(phase.seconds / 2, break_something)))
        for visit in visits(phase, self.mix, self.random):
            delay = began + visit.at - loop.time()
            if delay > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), delay)
            if stop.is_set():
                break
            task = asyncio.create_task(self._visit(visit, records, began, phase.seconds, stop))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)
        for guard in guards:
            guard.cancel()
        return records

    async def _visit(self, visit: Visit, records: Records, began: float, ends: float, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        memory = Memory(self.world.next_person(), self.world, self.random, is_guest=self.random.random() < GUESTS)
        intended = began + visit.at
        for step, pause in zip(visit.steps, visit.pauses, strict=True):
            intended += pause
            if intended - began >= ends or stop.is_set():
                return
            if pause > 0:
                await asyncio.sleep(intended - loop.time())
            if step.needs_code and memory.phone:
                memory.code = await self.app.read_code(memory.phone)
            records.begin(intended - began, loop.time() - began)
            outcome = await self.app.do(step, memory, intended)
            records.end(step.name, intended - began, loop.time() - began, outcome)
            if not outcome.is_ok:
                return
            if step.learn is not None and outcome.data:
                step.learn(memory, outcome.data)
            intended = loop.time()


async def _guard(records: Records, stop: asyncio.Event) -> None:
    """Stop a phase with 5 % of 5xx answers for half a minute."""
    while True:
        before, answers = records.server_errors, records.total.total
        await asyncio.sleep(_STOP_SECONDS)
        errors, all_answers = records.server_errors - before, records.total.total - answers
        if errors > _STOP_SHARE * max(1, all_answers):
            stop.set()


async def _later(seconds: float, action: Callable[[], Awaitable[object]]) -> None:
    await asyncio.sleep(seconds)
    await action()
