"""Playback at api.video: manifests, segments, the MP4, and the single-use addresses of private videos."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import web

from local.simulators import api_video_views as views
from local.simulators import files
from local.simulators.api_video_library import Library, Video


@dataclass(frozen=True)
class Playback:
    """Routes of players and downloads."""

    library: Library

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the addresses of playback below a prefix."""
        app.router.add_get(f"{prefix}/vod/{{id}}/{{path:.+}}", self._play)
        app.router.add_get(f"{prefix}/embed/{{id}}", self._player)

    async def _play(self, request: web.Request) -> web.StreamResponse:
        video, path = self.library.videos.get(request.match_info["id"]), request.match_info["path"]
        if self.library.faults.mode == "dead":
            return await self.library.faults.around(request, self._nothing)
        if video is None:
            return web.Response(status=404)
        if path.startswith("token/"):
            _, token, path = path.split("/", 2)
            if path == "session" and token in video.tokens:
                session = secrets.token_hex(8)
                video.sessions.add(session)
                return web.json_response({"session_token": session})
            used = token in video.tokens and not request.headers.get("avh")
            if not used and request.headers.get("avh", request.query.get("avh")) not in video.sessions:
                return web.Response(status=403)
            video.tokens.discard(token)
        elif not video.is_public:
            return web.Response(status=403)
        return await self._asset(request, video, path)

    async def _asset(self, request: web.Request, video: Video, path: str) -> web.StreamResponse:
        if path == "thumbnail.jpg":
            return web.Response(body=views.THUMBNAIL, content_type="image/jpeg")
        if not video.is_encoded or video.film is None or video.body is None:
            return web.Response(status=404)
        if path == "mp4/source.mp4" and video.mp4_support:
            return await files.serve(request, video.body, etag=f'"{video.id}"', faults=self.library.faults)
        return files.hls(path.removeprefix("hls/"), master="manifest.m3u8", seed=video.id)

    async def _player(self, request: web.Request) -> web.Response:
        source = f"{views.base(request)}/vod/{request.match_info['id']}/hls/manifest.m3u8"
        return web.Response(text=f'<video controls src="{source}"></video>', content_type="text/html")

    async def _nothing(self) -> web.StreamResponse:
        return web.Response(status=500)
