"""Videos of Yandex Cloud Video, and their expiring addresses for playback and download."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from local.simulators import files
from local.simulators.api_video_views import THUMBNAIL, base
from local.simulators.faults import Faults
from local.simulators.media import Film, MadeFile, ReceivedFile


@dataclass
class Video:
    """Video. `encoded_at` is the time at which it becomes ready."""

    id: str
    channel_id: str
    title: str
    made_at: float
    file_size: int
    description: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    enable_ad: bool = True
    auto_publish: bool = False
    access: str = "publicAccess"
    upload_name: str = ""
    upload_url: str = ""
    body: ReceivedFile | MadeFile | None = None
    film: Film | None = None
    encoded_at: float | None = None

    @property
    def status(self) -> str:
        """Return the state."""
        if self.encoded_at is None:
            return "WAIT_UPLOADING"
        if time.time() < self.encoded_at:
            return "PROCESSING"
        return "READY" if self.film is not None else "ERROR"


@dataclass(frozen=True)
class Cdn:
    """Routes of players and downloads."""

    videos: Mapping[str, Video]
    faults: Faults
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16), init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the addresses of playback below a prefix."""
        app.router.add_get(f"{prefix}/cdn/{{id}}/{{path:.+}}", self._cdn)
        app.router.add_get(f"{prefix}/_watch/{{id}}", self._watch)

    def signed(self, video_id: str, seconds: float) -> str:
        """Return the part of an address with its expiry; each is unique."""
        ends = f"{time.time() + seconds:.3f}_{secrets.token_hex(4)}"
        return f"{ends}~{self._sign(video_id, ends)}"

    def _is_signed(self, video_id: str, signed: str) -> bool:
        ends, _, mark = signed.partition("~")
        if not hmac.compare_digest(mark, self._sign(video_id, ends)):
            return False
        return float(ends.partition("_")[0]) > time.time()

    def _sign(self, video_id: str, ends: str) -> str:
        return hmac.new(self._key, f"{video_id} {ends}".encode(), hashlib.sha256).hexdigest()[:24]

    async def _cdn(self, request: web.Request) -> web.StreamResponse:
        held, path = self.videos.get(request.match_info["id"]), request.match_info["path"]
        if self.faults.mode == "dead":
            return await self.faults.around(request, _nothing)
        if held is None or held.body is None:
            return web.Response(status=404)
        if path == "shots/1.jpg":
            return web.Response(body=THUMBNAIL, content_type="image/jpeg")
        signed, _, name = path.partition("/")
        if not self._is_signed(held.id, signed):
            return web.Response(status=403)
        if name == "original":
            kind = "application/octet-stream"
            return await files.serve(request, held.body, etag=f'"{held.id}"', faults=self.faults, content_type=kind)
        return files.hls(name, master="master.m3u8", seed=held.id)

    async def _watch(self, request: web.Request) -> web.Response:
        """Return the value for the console page: a redirect to a currently playing address."""
        held = self.videos.get(request.match_info["id"])
        if held is None or held.status != "READY":
            return web.Response(status=404, text="It does not play yet.")
        raise web.HTTPFound(f"{base(request)}/cdn/{held.id}/{self.signed(held.id, 60)}/master.m3u8")


async def _nothing() -> web.StreamResponse:
    return web.Response(status=500)
