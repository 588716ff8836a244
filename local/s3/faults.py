"""Faults of a store: temporary 503, slowness, cut connections, or lost writes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

MODES = ("ok", "unavailable", "slow", "cut", "dead")


@dataclass
class Faults:
    """Active fault, for requests with the named method, a number of times (0: until it is switched off)."""

    mode: str = "ok"
    times: int = 0
    methods: tuple[str, ...] = ()
    after_bytes: int = 0
    bytes_per_second: int = 0
    endless: bool = True
    hits: int = 0

    def turn(self, body: dict[str, Any]) -> None:
        """Take `{"mode": "cut", "times": 3, "methods": ["GET"], "after_bytes": 1000}`. Raises ValueError."""
        if body.get("mode") not in MODES:
            raise ValueError(f"mode must be one of: {', '.join(MODES)}")
        self.mode = body["mode"]
        self.times = int(body.get("times", 0))
        self.methods = tuple(body.get("methods", ()))
        self.after_bytes = int(body.get("after_bytes", 0))
        self.bytes_per_second = int(body.get("bytes_per_second", 1_000_000))
        self.endless, self.hits = self.times == 0, 0

    def strikes(self, method: str) -> str:
        """Return the mode for this request, and count it."""
        if self.mode == "ok" or (self.methods and method not in self.methods):
            return "ok"
        if not self.endless:
            if self.times == 0:
                return "ok"
            self.times -= 1
        self.hits += 1
        return self.mode

    async def brake(self, mode: str, size: int) -> None:
        """Wait as long as so many bytes take at the slow speed."""
        if mode == "slow":
            await asyncio.sleep(size / self.bytes_per_second)

    def state(self) -> dict[str, Any]:
        """Return the state for the console."""
        return {"mode": self.mode, "hits": self.hits, "modes": list(MODES)}
