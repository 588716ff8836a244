"""Expo's push service: batches with tickets, receipts later, and the faults reported by its users.

A request may be accepted and answered 504, or its connection cut: a repetition shows everything twice.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

from local.simulators.expo_request import BadRequest, asked_refs, messages_of, project_of, require_one_project
from local.simulators.lock_screens import LockScreens
from local.simulators.phone import note
from local.simulators.switch import BadSwitch, Switch, caller_stayed, reset

_PERCENT = (1, 100)
_SHARED = ("gateway_timeout", "torn", "throttled", "uninstalled")
MODES = (
    *("ok", "dead", "slow", "http_500", *_SHARED, "trouble", "lost_receipts", "device_rate"),
    *("bad_credentials", "unauthorized", "lost_answers"),
)
_MAX_PER_SECOND = 600
_RECEIPT_HOURS = 24


@dataclass
class _Receipt:
    at: float
    error: str = ""


@dataclass
class Expo:
    """Provider's side. `access_token`: required if set; `receipt_seconds` until a receipt exists."""

    access_token: str = ""
    receipt_seconds: float = 5.0
    screens: LockScreens = field(default_factory=LockScreens)
    switch: Switch = field(
        default_factory=lambda: Switch(
            MODES, dict.fromkeys((*_SHARED, "trouble", "lost_receipts", "device_rate"), _PERCENT)
        )
    )
    requests: dict[str, int] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(360))
    uninstalled: set[str] = field(default_factory=set)
    """Tokens of uninstalled apps: the first push gets a ticket, and only its receipt reports it."""
    _known_dead: set[str] = field(default_factory=set, init=False)
    _receipts: dict[str, _Receipt] = field(default_factory=dict, init=False)
    _second: deque[tuple[float, str, int]] = field(default_factory=deque, init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        app.router.add_post(f"{prefix}/--/api/v2/push/send", self.send)
        app.router.add_post(f"{prefix}/--/api/v2/push/getReceipts", self.receipts)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a new mode, or a phone that has uninstalled the app: `{"uninstall": token}`."""
        if "uninstall" in body:
            if not isinstance(body["uninstall"], str):
                raise BadSwitch("uninstall needs a token")
            self.uninstalled.add(body["uninstall"])
        elif "phone" in body:
            self.screens.set_phone(body["phone"])
        else:
            self.switch.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    def inbox(self) -> Sequence[dict[str, Any]]:
        """Return the pushes on the lock screens, newest first."""
        return self.screens.shown()

    def let_time_pass(self, seconds: float) -> None:
        """Age every receipt by `seconds`, for tests that do not wait."""
        for receipt in self._receipts.values():
            receipt.at -= seconds

    async def send(self, request: web.Request) -> web.StreamResponse:
        self.requests["send"] = self.requests.get("send", 0) + 1
        fault = self._fault()
        if fault == "dead":
            return reset(request)
        if fault == "http_500":
            return web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html")
        if fault == "throttled":
            return _refused(429, "TOO_MANY_REQUESTS")
        try:
            provider_refs = [self._take(message) for message in await self._messages(request)]
        except BadRequest as bad:
            return _refused(bad.status, bad.code, bad.details)
        note("pushes taken", count=len(provider_refs), fault=fault)
        return await self._answered(request, fault, provider_refs)

    async def _messages(self, request: web.Request) -> list[dict[str, Any]]:
        """Return the messages of an accepted request. Raises BadRequest."""
        self._require_access(request)
        try:
            messages = messages_of(await request.json())
        except (ValueError, ConnectionResetError):
            raise BadRequest(400, "VALIDATION_ERROR") from None
        require_one_project(messages)
        self._require_pace(project_of(messages[0]["to"]), len(messages))
        return messages

    async def _answered(
        self, request: web.Request, fault: str, provider_refs: list[dict[str, Any]]
    ) -> web.StreamResponse:
        """Answer accepted messages, or lose the answer."""
        if fault == "torn" or (fault == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if fault == "gateway_timeout":
            return web.Response(status=504, text="upstream request timeout")
        return web.json_response({"data": provider_refs[:-1] if fault == "lost_answers" else provider_refs})

    async def receipts(self, request: web.Request) -> web.StreamResponse:
        self.requests["getReceipts"] = self.requests.get("getReceipts", 0) + 1
        if self.switch.mode in ("dead", "slow"):
            return reset(request)
        if self.switch.mode == "http_500":
            return web.Response(status=500, text="Internal Server Error")
        try:
            self._require_access(request)
            wanted = asked_refs(await request.json())
        except BadRequest as bad:
            return _refused(bad.status, bad.code, bad.details)
        now, found = time.time(), {}
        for provider_ref in wanted:
            receipt = self._receipts.get(provider_ref)
            is_there = receipt is not None and self.receipt_seconds <= now - receipt.at < _RECEIPT_HOURS * 3600
            if receipt is None or not is_there or self._strikes("lost_receipts"):
                continue
            found[provider_ref] = _error(receipt.error) if receipt.error else {"status": "ok"}
        return web.json_response({"data": found})

    def _fault(self) -> str:
        """Return the fault of this request; `trouble` is a mixture."""
        mode = self.switch.mode
        if mode == "trouble":
            return self.dice.choice(("gateway_timeout", "torn", "throttled")) if self._strikes("trouble") else "ok"
        return mode if mode not in _SHARED or (mode != "uninstalled" and self._strikes(mode)) else "ok"

    def _strikes(self, mode: str) -> bool:
        return self.switch.mode == mode and self.dice.random() * 100 < self.switch.number()

    def _require_access(self, request: web.Request) -> None:
        shown = request.headers.get("Authorization", "")
        if self.switch.mode == "unauthorized" or (self.access_token and shown != f"Bearer {self.access_token}"):
            raise BadRequest(401, "UNAUTHORIZED")

    def _require_pace(self, project: str, count: int) -> None:
        now = time.monotonic()
        while self._second and now - self._second[0][0] > 1:
            self._second.popleft()
        if sum(taken for _, name, taken in self._second if name == project) + count > _MAX_PER_SECOND:
            raise BadRequest(429, "TOO_MANY_REQUESTS")
        self._second.append((now, project, count))

    def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        token = message["to"]
        if self._strikes("uninstalled") or self._strikes("trouble"):
            self.uninstalled.add(token)
        if token in self._known_dead:
            return _error("DeviceNotRegistered")
        provider_ref, error = str(uuid4()), self._late_error(message)
        self._receipts[provider_ref] = _Receipt(time.time(), error)
        if error == "DeviceNotRegistered":
            self._known_dead.add(token)
        elif not error:
            self.screens.show(message)
        return {"status": "ok", "id": provider_ref}

    def _late_error(self, message: dict[str, Any]) -> str:
        if self.switch.mode == "bad_credentials" or "no-credentials" in message["to"]:
            return "InvalidCredentials"
        if message["to"] in self.uninstalled:
            return "DeviceNotRegistered"
        if len(str(message).encode()) > 4096:
            return "MessageTooBig"
        return "MessageRateExceeded" if self._strikes("device_rate") else ""


def _error(code: str) -> dict[str, Any]:
    return {"status": "error", "message": f"Simulated: {code}", "details": {"error": code}}


def _refused(status: int, code: str, details: object = None) -> web.Response:
    error: dict[str, Any] = {"code": code, "message": f"Simulated: {code}"}
    if details is not None:
        error["details"] = details
    return web.json_response({"errors": [error]}, status=status)
