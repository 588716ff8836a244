"""Lockbox's payload service: versions of secrets, read with the token of a permitted service account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators.switch import Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500", "denied", "garbage")


@dataclass
class YandexLockbox:
    """Simulator of Yandex Lockbox; `secrets` holds entries by id of secret and of version."""

    token: str
    secrets: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        app.router.add_get(f"{prefix}/lockbox/v1/secrets/{{secret}}/payload", self.handle)

    def turn(self, body: dict[str, Any]) -> None:
        """Take a new mode."""
        self.switch.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the state for the switch page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Payload.get."""
        self.requests["payload"] = self.requests.get("payload", 0) + 1
        mode = self.switch.mode
        if mode == "dead" or (mode == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500, text="Internal Server Error")
        if mode == "garbage":
            return web.json_response({"entries": "none"})
        if mode == "denied" or request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"code": 7, "message": "Permission denied", "details": []}, status=403)
        version = request.query.get("versionId", "")
        entries = self.secrets.get((request.match_info["secret"], version))
        if entries is None:
            return web.json_response({"code": 5, "message": "not found", "details": []}, status=404)
        told = [{"key": key, "textValue": value} for key, value in entries.items()]
        return web.json_response({"entries": told, "versionId": version})
