"""Uploads by the tus protocol 1.0, like Yandex Cloud Video: the address is the only key."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from local.simulators.faults import Faults
from local.simulators.media import ReceivedFile
from local.simulators.switch import reset

_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Upload-Offset, Upload-Length"}
_PROTOCOL = {"Tus-Resumable": "1.0.0", **_CORS}
# A cut connection holds the lock for another moment.
_LOCK_SECONDS = 0.15


@dataclass
class Upload:
    """Upload. `on_complete` gets the file."""

    length: int
    on_complete: Callable[[ReceivedFile], None]
    content: ReceivedFile = field(default_factory=ReceivedFile)
    locked_until: float = 0.0


@dataclass
class TusServer:
    """Open uploads by name. `refused` counts answers by status."""

    faults: Faults
    uploads: dict[str, Upload] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=dict)

    def open(self, length: int, on_complete: Callable[[ReceivedFile], None]) -> str:
        """Create an upload; returns its name."""
        name = secrets.token_hex(16)
        self.uploads[name] = Upload(length, on_complete)
        return name

    def close(self, name: str) -> None:
        """Remove an upload."""
        self.uploads.pop(name, None)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """HEAD, PATCH, OPTIONS of one upload."""
        if request.method == "OPTIONS":
            headers = {
                **_CORS,
                "Access-Control-Allow-Methods": "HEAD, PATCH, OPTIONS",
                "Access-Control-Allow-Headers": "*",
            }
            return web.Response(status=204, headers=headers)

        async def answer() -> web.StreamResponse:
            return await self._answer(request)

        response = await self.faults.around(request, answer)
        if response.status >= 400:
            self.refused[response.status] = self.refused.get(response.status, 0) + 1
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Tus-Resumable") != "1.0.0":
            return web.Response(status=412, headers={"Tus-Version": "1.0.0"})
        upload = self.uploads.get(request.match_info["name"])
        if upload is None:
            return web.Response(status=404, headers=_PROTOCOL)
        if upload.locked_until > time.monotonic():
            return web.Response(status=423, headers=_PROTOCOL)
        if request.method == "HEAD":
            headers = {"Upload-Offset": str(upload.content.size), "Upload-Length": str(upload.length)}
            return web.Response(headers={**_PROTOCOL, **headers, "Cache-Control": "no-store"})
        return await self._patch(request, upload)

    async def _patch(self, request: web.Request, upload: Upload) -> web.StreamResponse:
        if request.content_type != "application/offset+octet-stream":
            return web.Response(status=415, headers=_PROTOCOL)
        if request.headers.get("Upload-Offset") != str(upload.content.size):
            return web.Response(status=409, headers=_PROTOCOL)
        if request.content_length is None:
            return web.Response(status=411, headers=_PROTOCOL)
        max_bytes = int(self.faults.parameters["patch_mib"] * 1024 * 1024)
        if request.content_length > max_bytes or upload.content.size + request.content_length > upload.length:
            return web.Response(status=413, headers=_PROTOCOL)
        cut_at = self.faults.dice.randrange(request.content_length) if self.faults.hits("cut_percent") else None
        upload.locked_until = float("inf")
        try:
            taken = await _take(request, upload, cut_at)
        finally:
            upload.locked_until = time.monotonic() + _LOCK_SECONDS if cut_at is not None else 0.0
        if not taken:
            return reset(request)
        if upload.content.size == upload.length:
            upload.on_complete(upload.content)
        return web.Response(status=204, headers={**_PROTOCOL, "Upload-Offset": str(upload.content.size)})


async def _take(request: web.Request, upload: Upload, cut_at: int | None) -> bool:
    """Store the received bytes; False if they end too early. Bytes before the end are kept."""
    received = 0
    try:
        async for piece in request.content.iter_chunked(256 * 1024):
            if cut_at is not None and received + len(piece) > cut_at:
                upload.content.append(piece[: cut_at - received])
                return False
            upload.content.append(piece)
            received += len(piece)
            await asyncio.sleep(0)
    except (ConnectionError, asyncio.IncompleteReadError, web.HTTPException, OSError):
        return False
    return received == request.content_length
