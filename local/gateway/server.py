"""HTTP server of the gateway."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from local.gateway import local_api
from local.gateway.edge import Edge
from local.gateway.events import http_event
from local.gateway.functions import Functions
from local.gateway.intake import (
    BodyBudget,
    TooLarge,
    client_address,
    expected_size,
    http_request,
    read_body,
    request_id_of,
)
from local.gateway.pool import FunctionCrashed, FunctionTimeout, Invocation
from local.gateway.responses import MalformedAnswer, overload, refusal, response
from local.gateway.routes import Match, OtherMethods
from local.origin_check import own_pages_only

FUNCTIONS = web.AppKey("functions", Functions)
_TOKENS = re.compile(r'"(?:refresh_?token|access_?token|token)"\s*:\s*"([^"]{16,})"', re.IGNORECASE)


class Gateway:
    """Answers every path except the stack's own."""

    def __init__(self, functions: Functions, issued_tokens: Path | None = None, edge: Edge | None = None) -> None:
        self._functions, self._edge = functions, edge
        self._budget = BodyBudget()
        self._issued_tokens = issued_tokens

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle one request from the socket to the response."""
        started, request_id = time.perf_counter(), request_id_of(request)
        language = request.headers.get("Accept-Language", "")
        kept_out = self._kept_out(request)
        if kept_out is not None:
            return kept_out
        self._functions.refresh()
        match = self._functions.router.find(request.method, request.path)
        if match is None:
            return refusal("not_found", request_id, language)
        if isinstance(match, OtherMethods):
            allowed = {"Allow": ", ".join(match.allowed)}
            return refusal("method_not_allowed", request_id, language, allowed)
        try:
            async with self._budget.reserve(expected_size(request)):
                event = http_event(http_request(request, await read_body(request), request_id), match)
                pool = self._functions.pool(match.route.function)
                if pool.is_full:
                    # Timers and other triggers repeat, so they wait; a client is refused.
                    return self._overloaded(request_id)
                invocation = await pool.call(event, request_id)
                answer = response(invocation.answer, request_id)
        except TooLarge:
            return refusal("payload_too_large", request_id, language, {"Connection": "close"})
        except FunctionTimeout:
            answer = refusal("gateway_timeout", request_id, language)
        except (FunctionCrashed, MalformedAnswer) as error:
            self._functions.log.add(match.route.function.name, "gateway", str(error or "the process ended").encode())
            answer = refusal("bad_gateway", request_id, language)
        else:
            self._note_tokens(answer)
            _measured(answer, invocation)
        self._functions.traffic.add(answer.status, (time.perf_counter() - started) * 1000)
        _log(request, match, answer, started, request_id)
        return answer

    def _overloaded(self, request_id: str) -> web.Response:
        self._functions.traffic.add(429, 0.0)
        return overload(request_id)

    def _kept_out(self, request: web.Request) -> web.Response | None:
        if self._edge is None:
            return None
        authorization = request.headers.get("Authorization", "")
        return self._edge.refusal(path=request.path, address=client_address(request), authorization=authorization)

    def _note_tokens(self, answer: web.Response) -> None:
        """Return responses for tests, which search the logs for their secrets."""
        if self._issued_tokens is not None and isinstance(answer.body, bytes):
            found = _TOKENS.findall(answer.body.decode("utf-8", "replace"))
            if found:
                with self._issued_tokens.open("a", encoding="utf-8") as file:
                    file.write("".join(token + "\n" for token in found))


def _measured(answer: web.Response, invocation: Invocation) -> None:
    timing = f"function;dur={invocation.answer.duration_ms:.1f}"
    if invocation.answer.init_ms is not None:
        timing = f"init;dur={invocation.answer.init_ms:.1f}, {timing}"
    answer.headers["Server-Timing"] = timing
    answer.headers["X-Cold-Start"] = "1" if invocation.cold else "0"


def _log(request: web.Request, match: Match, answer: web.Response, started: float, request_id: str) -> None:
    """Write one line; with the path's template, since a path may contain a phone number."""
    entry = {
        "message": "request",
        "method": request.method,
        "resource": match.route.path,
        "function": match.route.function.name,
        "status": answer.status,
        "ms": round((time.perf_counter() - started) * 1000, 1),
        "cold": answer.headers.get("X-Cold-Start", ""),
        "request_id": request_id,
    }
    sys.stdout.write(json.dumps(entry) + "\n")


def application(
    functions: Functions,
    settings: local_api.LocalSettings,
    issued_tokens: Path | None = None,
    edge: Edge | None = None,
) -> web.Application:
    """Return the whole site: the stack's own pages, and the API on every other path."""
    # Both clouds pass a packed body on as it is; unpacked here, a broken one would be a failure of the gateway's own.
    app = web.Application(middlewares=[own_pages_only], client_max_size=0, handler_args={"auto_decompress": False})
    gateway = Gateway(functions, issued_tokens, edge)
    app[FUNCTIONS] = functions
    local_api.add_routes(app, functions, settings)
    app.router.add_route("*", r"/{path:[\s\S]*}", gateway.handle)
    app.cleanup_ctx.append(_background)
    return app


async def _background(app: web.Application) -> AsyncIterator[None]:
    idle = asyncio.create_task(app[FUNCTIONS].end_idle_workers())
    yield
    idle.cancel()
    await app[FUNCTIONS].close()
