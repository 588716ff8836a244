"""Receiver of our signed webhooks: checks the signature and recognises repetitions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators.switch import Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500")
_KEPT = 1000
_SKEW_SECONDS = 300


@dataclass
class WebhookReceiver:
    """Receiver's side, and the webhooks received."""

    secret: str
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    _received: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT), init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Listen below a prefix."""
        app.router.add_post(f"{prefix}/alerts", self.handle)

    def turn(self, body: dict[str, Any]) -> None:
        """Set the mode."""
        self.switch.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the mode and the number of requests for the switch page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    def inbox(self) -> list[dict[str, Any]]:
        """Return received webhooks, newest first."""
        return list(reversed(self._received))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests["alerts"] = self.requests.get("alerts", 0) + 1
        body, mode = await request.read(), self.switch.mode
        if mode == "dead" or (mode == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500)
        message_id, stamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        signed = b".".join((message_id.encode(), stamp.encode(), body))
        signature = base64.b64encode(hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()).decode()
        fresh = stamp.isdigit() and abs(time.time() - int(stamp)) < _SKEW_SECONDS
        if not fresh or not hmac.compare_digest(request.headers.get("webhook-signature", ""), f"v1,{signature}"):
            return web.Response(status=401)
        if all(known["id"] != message_id for known in self._received):
            self._received.append({"id": message_id, **json.loads(body)})
        return web.Response(status=204)
