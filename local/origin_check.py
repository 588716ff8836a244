"""Allows only pages of this machine to use the stack's own addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_OWN_NAMES = {"127.0.0.1", "localhost", "::1"}


@web.middleware
async def own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign host names and foreign origins on `/` and below `/_local/`."""
    if request.path == "/" or request.path.startswith("/_local/"):
        origin = request.headers.get("Origin")
        if _host(request) not in _OWN_NAMES or (origin is not None and urlsplit(origin).netloc != request.host):
            return web.json_response({"error": "Only pages of this machine may use this address."}, status=403)
    return await handler(request)


def _host(request: web.Request) -> str | None:
    try:
        return urlsplit(f"//{request.host}").hostname
    except ValueError:
        return None
