"""api.video: upload tokens, uploads whole and in chunks, encoding, playback, signed reports, and its faults.

Like the provider it accepts a token repeatedly and for ever without a ttl, creates a video from every chunk without
a video id, and returns no original.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators import api_video_views as views
from local.simulators.api_video_intake import BadUpload, Intake, take_upload
from local.simulators.api_video_library import ApiVideoAccount, Library, Token, Video
from local.simulators.api_video_playback import Playback
from local.simulators.faults import Faults, PerMinute


@dataclass
class ApiVideo:
    """Provider's side. `limits` are calls per minute: uploads, writes, reads."""

    account: ApiVideoAccount
    limits: dict[str, PerMinute] = field(
        default_factory=lambda: {"upload": PerMinute(100), "write": PerMinute(200), "read": PerMinute(500)}
    )
    faults: Faults = field(
        default_factory=lambda: Faults(
            {"encode_seconds": (0, 600), "single_mib": (0.1, 200), "chunk_mib": (0.001, 5)},
            {"encode_seconds": 1.0, "single_mib": 200, "chunk_mib": 5},
        )
    )
    library: Library = field(init=False)
    requests: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.library = Library(self.faults)
        if self.account.report_url:
            self.library.add_webhook(self.account.report_url, self.account.report_secret)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface and the addresses of playback below a prefix."""
        for method, path, group, handler in (
            ("POST", "/upload-tokens", "write", self._open_token),
            ("GET", "/upload-tokens", "read", self._list_tokens),
            ("GET", "/upload-tokens/{token}", "read", self._read_token),
            ("DELETE", "/upload-tokens/{token}", "write", self._close_token),
            ("POST", "/videos", "write", self._create),
            ("GET", "/videos", "read", self._list),
            ("GET", "/videos/{id}", "read", self._read),
            ("PATCH", "/videos/{id}", "write", self._change),
            ("DELETE", "/videos/{id}", "write", self._delete),
            ("GET", "/videos/{id}/status", "read", self._status),
            ("POST", "/videos/{id}/source", "upload", self._upload_source),
            ("POST", "/webhooks", "write", self._create_webhook),
            ("GET", "/webhooks", "read", self._list_webhooks),
            ("DELETE", "/webhooks/{id}", "write", self._delete_webhook),
        ):
            app.router.add_route(method, prefix + path, self._guarded(handler, group, needs_key=True))
        app.router.add_post(f"{prefix}/upload", self._guarded(self._upload, "upload", needs_key=False))
        Playback(self.library).add_routes(app, prefix)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a mode, numbers and limits from the console."""
        limits = {name: body.pop(f"{name}s_per_minute") for name in self.limits if f"{name}s_per_minute" in body}
        self.faults.turn(body)
        for name, number in limits.items():
            self.limits[name].max_calls = int(number)

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        limits = {f"{name}s_per_minute": limit.max_calls for name, limit in self.limits.items()}
        return {
            **self.faults.state(),
            **limits,
            "requests": dict(self.requests),
        }

    def held(self) -> list[dict[str, Any]]:
        """Return the newest videos, for the console page."""
        return views.listed(self.library.videos)

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], group: str, *, needs_key: bool
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        expected = "Basic " + base64.b64encode(f"{self.account.key}:".encode()).decode()

        async def guarded(request: web.Request) -> web.StreamResponse:
            self.requests[group] = self.requests.get(group, 0) + 1
            if needs_key and request.headers.get("Authorization") != expected:
                return views.problem(401, "Invalid credentials")
            limit = self.limits[group]
            wait = limit.take()
            headers = {"X-RateLimit-Limit": str(limit.max_calls), "X-RateLimit-Remaining": str(limit.left)}
            if wait is not None:
                headers["X-RateLimit-Retry-After"] = str(int(wait) + 1)
                return views.problem(429, "Too many requests", headers=headers)

            async def answer() -> web.StreamResponse:
                try:
                    return await handler(request)
                except BadUpload as refused:
                    return views.problem(refused.status, refused.title)
                except KeyError:
                    return views.problem(404, "The requested resource was not found.")

            response = await self.faults.around(request, answer)
            if limit.left == 0:
                headers["X-RateLimit-Retry-After"] = "1"
            if not response.prepared:
                response.headers.update(headers)
            return response

        return guarded

    async def _open_token(self, request: web.Request) -> web.Response:
        ttl = (await _json(request)).get("ttl", 0)
        if not isinstance(ttl, int) or isinstance(ttl, bool) or not 0 <= ttl <= 2**31 - 1:
            return views.problem(400, "ttl is not valid")
        token = Token(f"to{secrets.token_hex(12)}", ttl, time.time())
        self.library.tokens[token.value] = token
        return web.json_response(views.token(token), status=201)

    async def _list_tokens(self, request: web.Request) -> web.Response:
        return views.page(request, [views.token(token) for token in self.library.tokens.values()])

    async def _read_token(self, request: web.Request) -> web.Response:
        return web.json_response(views.token(self.library.tokens[request.match_info["token"]]))

    async def _close_token(self, request: web.Request) -> web.Response:
        del self.library.tokens[request.match_info["token"]]
        return web.Response(status=204)

    async def _upload(self, request: web.Request) -> web.Response:
        token = self.library.tokens.get(request.query.get("token", ""))
        if token is None or (token.ends_at is not None and token.ends_at < time.time()):
            return views.problem(401, "The upload token is not valid")
        return await self._take(request, video_id=None)

    async def _upload_source(self, request: web.Request) -> web.Response:
        video = self.library.videos[request.match_info["id"]]
        if video.body is not None:
            return views.problem(400, "The source of the video is already uploaded.")
        return await self._take(request, video_id=video.id)

    async def _take(self, request: web.Request, *, video_id: str | None) -> web.Response:
        mib = 1024 * 1024
        min_chunk, max_single = (int(self.faults.parameters[name] * mib) for name in ("chunk_mib", "single_mib"))
        part = await take_upload(request, min_chunk=min_chunk, max_single=max_single, cuts=self.faults)
        video = self.library.videos.get(video_id or part.video_id or "") or self.library.new_video(part.file_name)
        intake = self.library.intakes.setdefault(video.id, Intake())
        if video.body is not None:
            return views.problem(400, "The source of the video is already uploaded.")
        intake.add(part)
        if intake.is_complete:
            self.library.encode(video, intake.joined())
        return web.json_response(views.video(video, views.base(request)), status=201)

    async def _create(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        if not asked.get("title"):
            return views.problem(400, "title is missing")
        video = self.library.new_video(str(asked["title"]))
        _apply(video, asked)
        source = asked.get("source")
        if isinstance(source, str) and source.startswith("http"):
            self.library.later(self.library.pull(video, source))
            return web.json_response(views.video(video, views.base(request)), status=202)
        return web.json_response(views.video(video, views.base(request)), status=201)

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        found = [
            video for video in self.library.videos.values() if query.get("title", "").lower() in video.title.lower()
        ]
        found.sort(key=lambda video: (video.made_at, video.id), reverse=query.get("sortOrder") == "desc")
        return views.page(request, [views.video(video, views.base(request)) for video in found])

    async def _read(self, request: web.Request) -> web.Response:
        return web.json_response(views.video(self.library.videos[request.match_info["id"]], views.base(request)))

    async def _status(self, request: web.Request) -> web.Response:
        video = self.library.videos[request.match_info["id"]]
        return web.json_response(views.status(video, self.library.intakes.get(video.id)))

    async def _change(self, request: web.Request) -> web.Response:
        video = self.library.videos[request.match_info["id"]]
        _apply(video, await _json(request))
        return web.json_response(views.video(video, views.base(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        del self.library.videos[request.match_info["id"]]
        self.library.intakes.pop(request.match_info["id"], None)
        return web.Response(status=204)

    async def _create_webhook(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        if len(self.library.webhooks) >= 10:
            return views.problem(400, "Too many webhooks")
        hook = self.library.add_webhook(str(asked["url"]), secrets.token_hex(16))
        return web.json_response(hook, status=201)

    async def _list_webhooks(self, request: web.Request) -> web.Response:
        return views.page(request, list(self.library.webhooks.values()))

    async def _delete_webhook(self, request: web.Request) -> web.Response:
        del self.library.webhooks[request.match_info["id"]]
        return web.Response(status=204)


def _apply(video: Video, asked: dict[str, Any]) -> None:
    video.title = str(asked.get("title", video.title))
    video.is_public = asked.get("public", video.is_public) is True
    video.is_panoramic = asked.get("panoramic", video.is_panoramic) is True
    video.mp4_support = asked.get("mp4Support", video.mp4_support) is True
    video.metadata = asked.get("metadata", video.metadata)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.read() or b"{}")
    except ValueError:
        raise BadUpload(400, "The body is not JSON") from None
    return found if isinstance(found, dict) else {}
