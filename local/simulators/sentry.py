"""Sentry: accepts envelopes of events and transactions, and shows their contents."""

from __future__ import annotations

import gzip
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators.switch import Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500")
PUBLIC_KEY, PROJECT = "localkey", "1"
_KEPT = 500


@dataclass
class Sentry:
    """Service's side, and the received items of envelopes."""

    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    _received: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT), init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        app.router.add_post(f"{prefix}/api/{PROJECT}/envelope/", self.handle)

    def turn(self, body: dict[str, Any]) -> None:
        """Take a new mode."""
        self.switch.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    def inbox(self) -> list[dict[str, Any]]:
        """Return received events, newest first."""
        return list(reversed(self._received))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests["envelope"] = self.requests.get("envelope", 0) + 1
        body, mode = await request.read(), self.switch.mode
        if mode == "dead" or (mode == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500)
        if f"sentry_key={PUBLIC_KEY}" not in request.headers.get("X-Sentry-Auth", ""):
            return web.json_response({"detail": "unknown key"}, status=403)
        # aiohttp decodes a declared `Content-Encoding`; some SDKs compress without the header.
        lines = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).splitlines()
        for header, payload in zip(lines[1::2], lines[2::2], strict=False):
            kind = json.loads(header).get("type")
            if kind in ("event", "transaction"):
                self._received.append({"kind": kind, **json.loads(payload)})
        return web.json_response({"id": "0" * 32})


def dsn(simulators: str) -> str:
    """Return the address for a client, for the simulators at this base address."""
    scheme, _, place = simulators.partition("://")
    return f"{scheme}://{PUBLIC_KEY}@{place}/sentry/{PROJECT}"
