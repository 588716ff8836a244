"""Intake of HTTP requests: address, body within the limits, memory."""

from __future__ import annotations

import asyncio
import ipaddress
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from aiohttp import web

from local.gateway.events import HttpRequest
from local.gateway.responses import SIZE_LIMIT

_BODY_BUDGET = 128 * 1024 * 1024
_UNKNOWN_SIZE = 64 * 1024


class TooLarge(Exception):
    """Body above the limit of the cloud's gateway."""


class BodyBudget:
    """Limits the memory of large requests: later ones are read after earlier ones are done."""

    def __init__(self, total: int = _BODY_BUDGET) -> None:
        self._left = total
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def reserve(self, size: int) -> AsyncIterator[None]:
        """Reserve this many bytes for the length of a request."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._left >= size)
            self._left -= size
        try:
            yield
        finally:
            async with self._changed:
                self._left += size
                self._changed.notify_all()


def expected_size(request: web.Request) -> int:
    """Return the memory for the body. Raises TooLarge for a known length above the limit."""
    length = request.content_length
    if length is not None and length > SIZE_LIMIT:
        raise TooLarge
    if length is None:
        return SIZE_LIMIT if request.body_exists else 0
    return max(length, 0)


async def read_body(request: web.Request) -> bytes:
    """Return the whole body. Raises TooLarge above the limit."""
    if not request.body_exists:
        return b""
    gathered = bytearray()
    async for chunk in request.content.iter_chunked(_UNKNOWN_SIZE):
        gathered += chunk
        if len(gathered) > SIZE_LIMIT:
            raise TooLarge
    return bytes(gathered)


def request_id_of(request: web.Request) -> str:
    """Return the caller's correlation id if it is harmless, otherwise a new one."""
    given = request.headers.get("X-Request-ID", "")
    if 0 < len(given) <= 64 and given.isascii() and given.replace("-", "").replace("_", "").isalnum():
        return given
    return str(uuid.uuid4())


def client_address(request: web.Request) -> str:
    """Return the address of the socket, or the one given by a test."""
    played = request.headers.get("X-Local-Address", "").strip()
    try:
        return str(ipaddress.ip_address(played)) if played else request.remote or "127.0.0.1"
    except ValueError:
        return request.remote or "127.0.0.1"


def http_request(request: web.Request, body: bytes, request_id: str) -> HttpRequest:
    """Return the request in the form for building events."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    raw_path = request.raw_path
    return HttpRequest(
        method=request.method,
        path=unquote(raw_path.partition("?")[0]),
        raw_path=raw_path,
        query=list(request.rel_url.query.items()),
        headers=[(name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in request.raw_headers],
        body=body,
        address=client_address(request),
        port=int(peer[1]) if peer else 0,
        request_id=request_id,
    )
