"""Server for all simulators, with the addresses that turn their switches."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any, Protocol, runtime_checkable

from aiohttp import web

from local.origin_check import own_pages_only
from local.simulators.bank import BankSimulator
from local.simulators.bank_page import BankPages
from local.simulators.media import MadeFile
from local.simulators.phone import Phone
from local.simulators.switch import BadSwitch
from local.thread_server import serving


class Simulated(Protocol):
    """Provider: its interface below a prefix, and its switches."""

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve the provider's interface below `prefix`."""

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a new mode or number from the console. Raises BadSwitch."""

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""


@runtime_checkable
class Receiving(Protocol):
    """Simulator with an inbox."""

    def inbox(self) -> Sequence[Mapping[str, Any]]:
        """Return received messages, newest first."""


@runtime_checkable
class VideoSimulator(Protocol):
    """Provider that holds videos."""

    def held(self) -> list[dict[str, Any]]:
        """Return the newest of them."""


@dataclass(frozen=True)
class Simulators:
    """All simulated providers."""

    phone: Phone
    providers: Mapping[str, Simulated]

    def application(self) -> web.Application:
        """Return the site with every provider's interface."""
        app = web.Application(middlewares=[own_pages_only], client_max_size=1024 * 1024)
        for name, provider in self.providers.items():
            provider.add_routes(app, f"/{name}")
        banks = {name: side for name, side in self.providers.items() if isinstance(side, BankSimulator)}
        BankPages(banks).add_routes(app)
        app.router.add_get("/_local/sms", self._inbox)
        app.router.add_get("/_local/inboxes/{name}", self._inbox_of)
        app.router.add_get("/_local/providers", self._providers)
        app.router.add_put("/_local/providers/{name}", self._turn)
        app.router.add_get("/_local/videos", self._videos)
        app.router.add_get("/_local/videos/sample.mp4", self._sample)
        app.router.add_get("/_local/ready", self._ready)
        return app

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def _videos(self, _request: web.Request) -> web.Response:
        providers = {name: side for name, side in self.providers.items() if isinstance(side, VideoSimulator)}
        held = [{**video, "provider": name} for name, side in providers.items() for video in side.held()]
        return web.json_response(sorted(held, key=lambda video: str(video["made_at"]), reverse=True)[:100])

    async def _sample(self, _request: web.Request) -> web.Response:
        sample = MadeFile(secrets.token_hex(4), 400_000)
        headers = {"Content-Disposition": 'attachment; filename="sample.mp4"'}
        return web.Response(body=b"".join(sample.read(0, sample.size)), content_type="video/mp4", headers=headers)

    async def _inbox(self, request: web.Request) -> web.Response:
        inbox = self.phone.inbox(request.query.get("phone") or None)
        return web.json_response(inbox, dumps=_readable)

    async def _inbox_of(self, request: web.Request) -> web.Response:
        provider: object = self.providers.get(request.match_info["name"])
        if not isinstance(provider, Receiving):
            return web.json_response({"error": "There is no such inbox."}, status=404)
        return web.json_response(provider.inbox(), dumps=_readable)

    async def _providers(self, _request: web.Request) -> web.Response:
        return web.json_response({name: provider.state() for name, provider in self.providers.items()})

    async def _turn(self, request: web.Request) -> web.Response:
        provider = self.providers.get(request.match_info["name"])
        if provider is None:
            return web.json_response({"error": "There is no such provider."}, status=404)
        try:
            body = json.loads(await request.read())
            if not isinstance(body, dict):
                raise BadSwitch("the body must be an object")
            provider.turn(body)
        except BadSwitch as error:
            return web.json_response({"error": str(error)}, status=400)
        except (ValueError, InvalidOperation):
            return web.json_response({"error": "The body is not understood."}, status=400)
        return web.json_response(provider.state())


def _readable(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def served(simulators: Simulators, port: int = 0) -> contextlib.AbstractContextManager[str]:
    """Serve from a thread, for tests; returns the base address."""
    return serving(simulators.application, port)
