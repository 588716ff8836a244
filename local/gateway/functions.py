"""Functions of the template with their processes, reloaded after edits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.errors import StackError
from local.gateway.events import stored_event, timer_event
from local.gateway.function_log import FunctionLog
from local.gateway.limits import PoolLimits
from local.gateway.pool import FunctionPool, Invocation
from local.gateway.routes import Router
from local.gateway.template import FunctionSpec, Template, load_template
from local.gateway.traffic import Traffic

_LOOK_FOR_IDLE = 15.0


@dataclass
class Functions:
    """Functions of the current template."""

    path: Path
    provided: Mapping[str, str]
    process: Mapping[str, str]
    log: FunctionLog
    limits: PoolLimits
    traffic: Traffic = field(default_factory=Traffic, init=False)
    template: Template = field(init=False)
    router: Router = field(init=False)
    _state: tuple[int, int] = field(default=(0, 0), init=False)
    _pools: dict[str, FunctionPool] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._load()

    def refresh(self) -> None:
        """Read the template again if it changed; after a broken change the last valid one stays in force."""
        if self.path.exists() and _state(self.path) != self._state:
            try:
                self._load()
            except StackError as error:
                self._state = _state(self.path)
                self.log.add("gateway", "stderr", str(error).encode())

    def pool(self, spec: FunctionSpec) -> FunctionPool:
        """Return the processes of a function; none is started before its first call."""
        pool = self._pools.get(spec.name)
        if pool is None or pool.spec != spec:
            if pool is not None:
                asyncio.get_running_loop().create_task(pool.close())
            environment = spec.environment(self.provided, self.process)
            pool = self._pools[spec.name] = FunctionPool(spec, environment, self.log, self.limits)
        return pool

    def timers(self) -> list[dict[str, Any]]:
        """Return every timer with the address that runs it."""
        return [
            {
                "function": function.name,
                "n": number,
                "name": timer.name,
                "schedule": timer.schedule,
                "payload": timer.payload,
                "run": f"/_local/timers/{function.name}/{number}",
            }
            for function in self.template.functions
            for number, timer in enumerate(function.timers)
        ]

    async def run_timer(self, name: str, number: int, request_id: str) -> Invocation | None:
        """Send a function the message of one of its timers."""
        for function in self.template.functions:
            if function.name == name and 0 <= number < len(function.timers):
                event = timer_event(function.name, function.timers[number])
                return await self.pool(function).call(event, request_id)
        return None

    async def tell_stored(self, bucket: str, key: str, request_id: str) -> list[Invocation]:
        """Send a message about an object to functions with storage triggers. All their buckets are that of uploads."""
        waiting = [function for function in self.template.functions if function.buckets]
        return [await self.pool(function).call(stored_event(bucket, key), request_id) for function in waiting]

    def statistics(self) -> list[dict[str, Any]]:
        """Return the statistics of each function."""
        rows = []
        for function in self.template.functions:
            pool = self._pools.get(function.name)
            metrics = pool.measurements.summary() if pool else {"calls": 0, "cold_starts": 0}
            workers = pool.workers if pool else 0
            rows.append({"function": function.name, "workers": workers, "memory_mb": function.memory, **metrics})
        return rows

    async def end_idle_workers(self) -> None:
        """End idle processes from time to time."""
        while True:
            await asyncio.sleep(_LOOK_FOR_IDLE)
            for pool in list(self._pools.values()):
                await pool.drop_idle()

    async def close(self) -> None:
        """End all processes."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    def _load(self) -> None:
        state = _state(self.path) if self.path.exists() else (0, 0)
        template = load_template(self.path)
        self.template, self.router, self._state = template, Router(template), state


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
