"""Local API below `/_local/`, and the console page that uses it. Never deployed."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from local.gateway.functions import Functions
from local.gateway.pool import FunctionCrashed, FunctionTimeout, Invocation
from local.paths import OPENAPI

CONSOLE = Path(__file__).resolve().parents[1] / "console"
_SESSION = web.AppKey("session", aiohttp.ClientSession)
_PAGE_POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True)
class LocalSettings:
    """Settings of the stack's own pages."""

    simulators: str
    storage: str
    staff_key: str
    addresses: dict[str, str]


def add_routes(app: web.Application, functions: Functions, settings: LocalSettings) -> None:
    """Put the local addresses into the site."""
    api = LocalApi(functions, settings)
    app.cleanup_ctx.append(_client)
    app.router.add_get("/", api.page)
    app.router.add_get("/_local/console/{file}", api.console_file)
    app.router.add_get("/_local/about", api.about)
    app.router.add_post("/_local/staff-key", api.staff_key)
    app.router.add_get("/_local/sms", api.simulators)
    app.router.add_get("/_local/inboxes/{name}", api.simulators)
    app.router.add_get("/_local/providers", api.simulators)
    app.router.add_put("/_local/providers/{name}", api.simulators)
    app.router.add_get("/_local/videos", api.simulators)
    app.router.add_get("/_local/videos/sample.mp4", api.simulators)
    app.router.add_get("/_local/banks", api.simulators)
    app.router.add_get("/_local/banks/{bank}/{ref}", api.simulators)
    app.router.add_post("/_local/banks/{bank}/{ref}", api.simulators)
    app.router.add_get("/_local/banks/{bank}/{ref}/qr.svg", api.simulators)
    app.router.add_get("/_local/routes", api.routes)
    app.router.add_get("/_local/openapi.json", api.openapi)
    app.router.add_get("/_local/timers", api.timers)
    app.router.add_post("/_local/timers/{function}/{n}", api.run_timer)
    app.router.add_post("/_local/stored", api.stored)
    app.router.add_get("/_local/buckets", api.buckets)
    app.router.add_get("/_local/logs", api.logs)
    app.router.add_get("/_local/stats", api.stats)
    app.router.add_get("/_local/traffic", api.traffic)
    app.router.add_route("*", r"/_local/{path:[\s\S]*}", api.unknown)


async def _client(app: web.Application) -> AsyncIterator[None]:
    app[_SESSION] = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
    yield
    await app[_SESSION].close()


class LocalApi:
    """Handlers of the local API."""

    def __init__(self, functions: Functions, settings: LocalSettings) -> None:
        self._functions = functions
        self._settings = settings
        self._timer_runs: dict[str, dict[str, Any]] = {}

    async def page(self, _request: web.Request) -> web.StreamResponse:
        return _file(CONSOLE / "index.html")

    async def console_file(self, request: web.Request) -> web.StreamResponse:
        """Return the console's style or script."""
        path = CONSOLE / request.match_info["file"]
        if path.parent != CONSOLE or path.suffix not in (".css", ".js", ".svg") or not path.is_file():
            return await self.unknown(request)
        return _file(path)

    async def about(self, _request: web.Request) -> web.Response:
        """Return the addresses of this run."""
        return web.json_response({"addresses": self._settings.addresses})

    async def staff_key(self, _request: web.Request) -> web.Response:
        """Return the staff key, on demand only."""
        return web.json_response({"staff_key": self._settings.staff_key}, headers={"Cache-Control": "no-store"})

    async def simulators(self, request: web.Request) -> web.Response:
        """Pass the request on to the simulators' process: phone, providers' switches, banks' pages."""
        return await self._passed_on(request, self._settings.simulators)

    async def _passed_on(self, request: web.Request, where: str) -> web.Response:
        target = where + request.raw_path
        passed = {name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers}
        try:
            async with request.app[_SESSION].request(
                request.method,
                URL(target, encoded=True),
                data=await _small_body(request) or None,
                headers=passed,
                allow_redirects=False,
            ) as answer:
                shown = {name: answer.headers[name] for name in ("Content-Type", "Location") if name in answer.headers}
                if answer.content_type == "text/html":
                    shown["Content-Security-Policy"] = _PAGE_POLICY
                return web.Response(status=answer.status, body=await answer.read(), headers=shown)
        except aiohttp.ClientError:
            return web.json_response({"error": "That part of the stack does not answer."}, status=502)

    async def routes(self, _request: web.Request) -> web.Response:
        """Return every route, the aliases marked."""
        self._functions.refresh()
        rows = [
            {"method": route.method, "path": route.path, "function": route.function.name, "alias": route.alias}
            for route in self._functions.router.routes
        ]
        return web.json_response(rows)

    async def openapi(self, request: web.Request) -> web.StreamResponse:
        """Return the API's document in the repository."""
        return _file(OPENAPI) if OPENAPI.is_file() else await self.unknown(request)

    async def timers(self, _request: web.Request) -> web.Response:
        self._functions.refresh()
        rows = [{**timer, "last_run": self._timer_runs.get(timer["run"])} for timer in self._functions.timers()]
        return web.json_response(rows)

    async def run_timer(self, request: web.Request) -> web.Response:
        """Run one timer now, and keep its outcome for the list."""
        name, number = request.match_info["function"], request.match_info["n"]
        if not number.isascii() or not number.isdigit():
            return await self.unknown(request)
        begun, status = datetime.now(UTC), 200
        try:
            done = await self._functions.run_timer(name, int(number), str(uuid.uuid4()))
            if done is None:
                return await self.unknown(request)
            body = _outcome(done)
        except FunctionTimeout:
            status, body = 504, {"ok": False, "error": "It took longer than its timeout."}
        except FunctionCrashed:
            status, body = 502, {"ok": False, "error": "Its process ended without an answer."}
        kept = {key: body.get(key) for key in ("ok", "error", "duration_ms")}
        self._timer_runs[f"/_local/timers/{name}/{int(number)}"] = {"started_at": begun.isoformat(), **kept}
        return web.json_response(body, status=status)

    async def stored(self, request: web.Request) -> web.Response:
        """Run the trigger for an object stored by the local S3."""
        told = json.loads(await _small_body(request))
        try:
            done = await self._functions.tell_stored(str(told["bucket"]), str(told["key"]), str(uuid.uuid4()))
        except (FunctionTimeout, FunctionCrashed):
            return web.json_response({"ok": False}, status=502)
        return web.json_response({"ok": all(invocation.answer.error is None for invocation in done)})

    async def buckets(self, request: web.Request) -> web.Response:
        """Return the contents of each bucket in numbers."""
        return await self._passed_on(request, self._settings.storage)

    async def logs(self, request: web.Request) -> web.Response:
        """Return the last lines of functions, newest first."""
        limit = request.query.get("limit", "100")
        lines = self._functions.log.recent(min(int(limit), 1000) if limit.isascii() and limit.isdigit() else 100)
        return web.json_response(lines)

    async def stats(self, _request: web.Request) -> web.Response:
        """Cold starts and durations per function."""
        return web.json_response(self._functions.statistics())

    async def traffic(self, request: web.Request) -> web.Response:
        """Return the recent responses for the simulated monitoring service."""
        seconds = request.query.get("seconds", "60")
        window = float(seconds) if seconds.isascii() and seconds.isdigit() else 60.0
        return web.json_response(self._functions.traffic.summary(window))

    async def unknown(self, _request: web.Request) -> web.Response:
        """Return 404 for any other local address."""
        return web.json_response({"error": "There is no such local address."}, status=404)


async def _small_body(request: web.Request) -> bytes:
    return await request.content.read(16384) if request.body_exists else b""


def _outcome(done: Invocation) -> dict[str, Any]:
    answer = done.answer
    error = None if answer.error is None else f"{answer.error.get('errorType')}: {answer.error.get('errorMessage')}"
    return {
        "ok": answer.error is None,
        "result": answer.result,
        "error": error,
        "duration_ms": round(answer.duration_ms, 1),
        "cold": done.cold,
    }


def _file(path: Path) -> web.FileResponse:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    if path.suffix == ".html":
        headers["Content-Security-Policy"] = _PAGE_POLICY
    return web.FileResponse(path, headers=headers)
