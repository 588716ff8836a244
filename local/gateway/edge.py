"""Simulates the edge before the gateway: its rules, and its refusals to clients.

The answer is the edge's, not the API's: no envelope, no code, none of our headers. `EDGE` of `make up` switches it on:
`block`, or `count` for a dry run of every rule.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from infra.edge.rules import Rule, load_rules

_PAGE = "<!doctype html><html><head><title>429</title></head><body><h1>429 Too Many Requests</h1></body></html>"
_MAX_GROUPS = 100_000


@dataclass
class Edge:
    """Counts by rule and group in windows of the rule's period.

    `is_blocking` enables refusals. A rule's dry run in the cloud is ignored here, so that
    blocking can be tried before it is enabled.
    """

    rules: Sequence[Rule]
    is_blocking: bool = True
    now: Callable[[], float] = time.monotonic
    over: Counter[str] = field(default_factory=Counter)
    _windows: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    _banned: dict[tuple[str, str], float] = field(default_factory=dict)

    def refusal(self, *, path: str, address: str, authorization: str) -> web.Response | None:
        """Return the response to a request that the edge blocks, or None for one passed to the gateway."""
        is_out = False
        for rule in self.rules:
            group = address if rule.by == "address" else authorization
            if group and rule.concerns(path) and self._is_over(rule, (rule.name, group)):
                self.over[rule.name] += 1
                is_out = is_out or self.is_blocking
        return web.Response(status=429, text=_PAGE, content_type="text/html") if is_out else None

    def _is_over(self, rule: Rule, key: tuple[str, str]) -> bool:
        now = self.now()
        if self._banned.get(key, now) > now:
            return True
        began, count = self._windows.get(key, (now, 0))
        if now - began >= rule.period_seconds:
            began, count = now, 0
        if len(self._windows) >= _MAX_GROUPS:
            self._windows.clear()
        self._windows[key] = (began, count + 1)
        if count < rule.limit:
            return False
        self._banned[key] = now + rule.ban_seconds
        return True


def edge_from(mode: str) -> Edge | None:
    """Return the edge for a mode of `EDGE`, or None if it is off."""
    if mode not in ("block", "count"):
        return None
    return Edge(load_rules(), is_blocking=mode == "block")
