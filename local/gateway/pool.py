"""Worker processes of a function: started on demand, one call at a time each, replaced when the code changes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.gateway.function_log import FunctionLog
from local.gateway.limits import PoolLimits
from local.gateway.measurements import Measurements
from local.gateway.template import FunctionSpec
from local.gateway.worker_process import LAYER, Worker, WorkerAnswer, WorkerEnded

IDLE_SECONDS = 300.0
_LOOK_AGAIN = 0.3


class FunctionTimeout(Exception):
    """Function exceeded its time-out."""


class FunctionCrashed(Exception):
    """Function's process ended without an answer."""


@dataclass(frozen=True)
class Invocation:
    """Finished call."""

    answer: WorkerAnswer

    @property
    def cold(self) -> bool:
        """Return True when a process was started for the call."""
        return self.answer.init_ms is not None


class SourceWatch:
    """Fingerprint of the function's files and the shared layer."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._seen, self._value = 0.0, 0

    def signature(self) -> int:
        """Return the fingerprint, computed at most a few times a second."""
        if time.monotonic() - self._seen > _LOOK_AGAIN:
            self._value = hash(tuple(entry for folder in self._folders for entry in _files(folder)))
            self._seen = time.monotonic()
        return self._value


def _files(folder: Path) -> list[tuple[str, int, int]]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            state = path.stat()
            found.append((str(path), state.st_mtime_ns, state.st_size))
    return found


class FunctionPool:
    """Pool of up to `limits.workers` processes of one function; further calls wait."""

    def __init__(
        self, spec: FunctionSpec, environment: Mapping[str, str], log: FunctionLog, limits: PoolLimits
    ) -> None:
        self.spec = spec
        self.measurements = Measurements()
        self._environment = dict(environment)
        self._log = log
        self._turn = asyncio.Semaphore(limits.workers)
        self._max_requests = limits.requests
        self._requests = 0
        self._idle: deque[Worker] = deque()
        self._busy = 0
        self._watch = SourceWatch((spec.folder, LAYER))

    @property
    def workers(self) -> int:
        """Return the number of processes."""
        return len(self._idle) + self._busy

    @property
    def is_full(self) -> bool:
        """Return True while the cloud's limit of running and waiting calls is reached."""
        return self._requests >= self._max_requests

    async def call(self, event: Mapping[str, Any], request_id: str) -> Invocation:
        """Run one call in a free process. Raises FunctionTimeout, FunctionCrashed."""
        self._requests += 1
        try:
            async with self._turn:
                deadline = time.time() + self.spec.timeout
                self._busy += 1
                try:
                    return await self._run(event, request_id, deadline)
                finally:
                    self._busy -= 1
        finally:
            self._requests -= 1

    async def _run(self, event: Mapping[str, Any], request_id: str, deadline: float) -> Invocation:
        worker: Worker | None = None
        try:
            async with asyncio.timeout(self.spec.timeout):
                worker = await self._take()
                answer = await worker.call(event, request_id, deadline)
        except TimeoutError:
            self.measurements.timeouts += 1
            raise FunctionTimeout from None
        except WorkerEnded:
            self.measurements.crashes += 1
            raise FunctionCrashed from None
        else:
            keep, worker = worker, None
            self.measurements.add(answer)
            await self._give_back(keep)
            return Invocation(answer)
        finally:
            if worker is not None:
                await asyncio.shield(worker.stop())

    async def _take(self) -> Worker:
        signature = self._watch.signature()
        while self._idle:
            worker = self._idle.pop()
            if worker.alive and worker.signature == signature:
                return worker
            await worker.stop()
        worker = Worker(self.spec, self._environment, self._log, signature)
        try:
            await worker.start()
        except BaseException:
            await asyncio.shield(worker.stop())
            raise
        return worker

    async def _give_back(self, worker: Worker) -> None:
        if not worker.alive:
            await worker.stop()
            return
        worker.idle_since = time.monotonic()
        self._idle.append(worker)

    async def drop_idle(self, older_than: float = IDLE_SECONDS) -> None:
        """End processes that were idle for a while."""
        until = time.monotonic() - older_than
        while self._idle and self._idle[0].idle_since <= until:
            await self._idle.popleft().stop()

    async def close(self) -> None:
        """End every idle process."""
        await self.drop_idle(0)
