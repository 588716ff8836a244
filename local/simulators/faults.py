"""Switchable faults of a provider that holds files: failing calls, broken files, limits."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators.switch import SLOW_SECONDS, BadSwitch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500")
Answer = Callable[[], Awaitable[web.StreamResponse]]


@dataclass
class Faults:
    """Hold a mode and named numbers (percentages, seconds or counts), each with its range."""

    ranges: Mapping[str, tuple[float, float]]
    parameters: dict[str, float]
    mode: str = "ok"
    dice: random.Random = field(default_factory=lambda: random.Random(360))

    def __post_init__(self) -> None:
        self.ranges = {"fail_percent": (0, 100), "cut_percent": (0, 100), "slow_seconds": (0, 600), **self.ranges}
        self.parameters = {"fail_percent": 0.0, "cut_percent": 0.0, "slow_seconds": SLOW_SECONDS, **self.parameters}

    def turn(self, body: Mapping[str, Any]) -> None:
        """Apply a mode and numbers: `{"mode": "ok", "fail_percent": 5}`. Raises BadSwitch and changes nothing."""
        mode = body.get("mode", self.mode)
        if mode not in MODES:
            raise BadSwitch(f"mode must be one of: {', '.join(MODES)}")
        new = dict(self.parameters)
        for name, value in body.items():
            if name == "mode":
                continue
            low, high = self.ranges.get(name, (1, 0))
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise BadSwitch(f"{name} is not a figure of this provider, or out of its range")
            new[name] = float(value)
        self.mode, self.parameters = str(mode), new

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        return {"mode": self.mode, "modes": list(MODES), "needs": {}, **self.parameters, "ranges": dict(self.ranges)}

    def hits(self, name: str) -> bool:
        """Return True with a probability of so many percent."""
        return self.parameters[name] > 0 and self.dice.random() * 100 < self.parameters[name]

    async def around(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Answer a call by the switch. A failing call is refused, cut, or executed with a lost answer."""
        if self.mode == "dead":
            return reset(request)
        if self.mode == "slow" and not await caller_stayed(request, self.parameters["slow_seconds"]):
            return reset(request)
        if self.mode == "http_500":
            return _broken()
        if not self.hits("fail_percent"):
            return await answer()
        way = self.dice.choice(("refused", "torn", "answer_lost"))
        if way == "refused":
            return _broken()
        if way == "answer_lost":
            await answer()
        return reset(request)


@dataclass
class PerMinute:
    """Limit of calls in any sixty seconds."""

    max_calls: int
    _calls: deque[float] = field(default_factory=deque, init=False)
    busiest: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)

    def take(self) -> float | None:
        """Count a call; returns the seconds to wait for one above the limit."""
        now = time.monotonic()
        while self._calls and now - self._calls[0] > 60:
            self._calls.popleft()
        if len(self._calls) >= self.max_calls:
            self.refused += 1
            return 60 - (now - self._calls[0])
        self._calls.append(now)
        self.busiest = max(self.busiest, len(self._calls))
        return None

    @property
    def left(self) -> int:
        """Remaining calls now."""
        return max(0, self.max_calls - len(self._calls))


def _broken() -> web.Response:
    return web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html")
