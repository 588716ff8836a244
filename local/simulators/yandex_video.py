"""Yandex Cloud Video: creation with a tus address, encoding, expiring addresses, and its faults.

Like the provider it sends no reports, fetches nothing by itself, holds 5,000 videos, and searches no labels. Support
of `Idempotency-Key` is not documented, so it is a switch.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.simulators import yandex_views as views
from local.simulators.api_video_views import base
from local.simulators.faults import Faults, PerMinute
from local.simulators.media import Film, MadeFile, ReceivedFile, film_in
from local.simulators.phone import note
from local.simulators.proto_json import canonical
from local.simulators.tus_server import TusServer
from local.simulators.yandex_cdn import Cdn, Video
from local.simulators.yandex_iam import Iam

_LABEL_NAME, _LABEL_VALUE = re.compile(r"[a-z][-_0-9a-z]{0,62}"), re.compile(r"[-_.@:/0-9a-zA-Z]{0,63}")
_TITLE_FILTER = re.compile(r"title\s*=\s*'((?:[^'\\]|\\.)*)'")
_PARAMETERS = {
    "encode_seconds": 1.0,
    "quota": 5000.0,
    "manifest_seconds": 300.0,
    "download_seconds": 86_400.0,
    "patch_mib": 64.0,
    "heeds_idempotency": 0.0,
}
_RANGES = {
    "encode_seconds": (0, 600),
    "quota": (0, 1_000_000),
    "manifest_seconds": (0, 86_400),
    "download_seconds": (0, 86_400),
    "patch_mib": (0.01, 1024),
    "heeds_idempotency": (0, 1),
}


@dataclass
class YandexVideo:
    """Provider's side, with its IAM."""

    channel_id: str
    iam: Iam
    limit: PerMinute = field(default_factory=lambda: PerMinute(600))
    faults: Faults = field(default_factory=lambda: Faults(_RANGES, _PARAMETERS))
    videos: dict[str, Video] = field(default_factory=dict, init=False)
    requests: dict[str, int] = field(default_factory=dict, init=False)
    tus: TusServer = field(init=False)
    _made_by_key: dict[str, str] = field(default_factory=dict, init=False)
    cdn: Cdn = field(init=False)

    def __post_init__(self) -> None:
        self.tus = TusServer(self.faults)
        self.cdn = Cdn(self.videos, self.faults)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface, uploads and playback below a prefix."""
        app.router.add_post(f"{prefix}/iam/v1/tokens", self.iam.exchange)
        at = f"{prefix}/video/v1/videos"
        for method, path, handler in (
            ("POST", "", self._create),
            ("GET", "", self._list),
            ("POST", ":batchGet", self._batch_get),
            ("GET", "/{id:[^/:]+}", self._get),
            ("DELETE", "/{id:[^/:]+}", self._delete),
            ("GET", "/{id:[^/:]+}:getManifests", self._manifests),
            ("GET", "/{id:[^/:]+}:getScreenshots", self._screenshots),
            ("POST", "/{id:[^/:]+}:generateDownloadURL", self._download_url),
        ):
            app.router.add_route(method, at + path, self._guarded(handler))
        app.router.add_route("*", f"{prefix}/files/{{name}}", self.tus.handle)
        self.cdn.add_routes(app, prefix)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a mode and numbers from the console."""
        number = body.pop("calls_per_minute", self.limit.max_calls)
        self.faults.turn(body)
        self.limit.max_calls = int(number)

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        counts = {"calls_per_minute": self.limit.max_calls, "requests": dict(self.requests)}
        return {**self.faults.state(), **counts}

    def held(self) -> list[dict[str, Any]]:
        """Return the newest videos, for the console page."""
        return views.listed(self.videos)

    def seed(
        self,
        *,
        size: int,
        film: Film | None = None,
        title: str = "",
        made_at: float | None = None,
        video_id: str | None = None,
    ) -> Video:
        """Return a video that has existed for long."""
        name = video_id or f"vplv{secrets.token_hex(8)}"
        held = Video(name, self.channel_id, title or "old", made_at or time.time(), size)
        held.body = MadeFile(held.id, size, film or Film(12.0, 1280, 720))
        held.film, held.encoded_at = held.body.film, 0.0
        self.videos[held.id] = held
        return held

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            name = handler.__name__.strip("_")
            self.requests[name] = self.requests.get(name, 0) + 1
            if not self.iam.knows(request.headers.get("Authorization", "")):
                return views.problem(401, "The token is invalid")
            if (wait := self.limit.take()) is not None:
                answer = views.problem(429, "Too many requests")
                answer.headers["Retry-After"] = str(int(wait) + 1)
                return answer

            async def answered() -> web.StreamResponse:
                try:
                    return await handler(request)
                except KeyError:
                    return views.problem(404, "Video not found")

            return await self.faults.around(request, answered)

        return guarded

    async def _create(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        refusal = self._refusal(asked)
        if refusal:
            return views.problem(400, refusal)
        key = request.headers.get("Idempotency-Key", "")
        if key in self._made_by_key and self.faults.parameters["heeds_idempotency"]:
            known = self.videos[self._made_by_key[key]]
            return views.operation("Create", known, response=views.video(known))
        if len(self.videos) >= self.faults.parameters["quota"]:
            return views.problem(429, "The quota of videos is used up", quota=True)
        held = Video(
            f"vplv{secrets.token_hex(8)}", asked["channelId"], asked["title"], time.time(),
            int(asked["tusd"]["fileSize"]), asked.get("description", ""), asked.get("labels", {}),
            asked.get("enableAd", True), asked.get("autoPublish", False),
            "publicAccess" if "publicAccess" in asked else "signUrlAccess",
        )  # fmt: skip
        held.upload_name = self.tus.open(held.file_size, lambda body: self._encode(held, body))
        held.upload_url = f"{base(request)}/files/{held.upload_name}"
        self.videos[held.id] = held
        self._made_by_key[key] = held.id
        note("video made", provider="yandex", bytes=held.file_size)
        return views.operation("Create", held, response=views.video(held))

    def _refusal(self, asked: dict[str, Any]) -> str | None:
        labels = asked.get("labels", {})
        rules = (
            (asked.get("channelId") != self.channel_id, "The channel is not known"),
            (not 1 <= len(asked.get("title", "")) <= 300, "title"),
            (len(asked.get("description", "")) > 5000, "description"),
            (not int(asked.get("tusd", {}).get("fileSize", 0)), "tusd.fileSize"),
            (("publicAccess" in asked) == ("signUrlAccess" in asked), "exactly one access right"),
            (len(labels) > 64, "labels"),
            (not all(_LABEL_NAME.fullmatch(k) and _LABEL_VALUE.fullmatch(v) for k, v in labels.items()), "labels"),
        )
        return next((why for is_broken, why in rules if is_broken), None)

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        found = list(self.videos.values())
        if "filter" in query:
            wanted = _TITLE_FILTER.fullmatch(query["filter"].strip())
            if wanted is None:
                return views.problem(400, "filter")
            found = [held for held in found if held.title == wanted[1]]
        by = {"createdAt": lambda held: held.made_at, "title": lambda held: held.title}
        name, _, direction = query.get("orderBy", "id asc").partition(" ")
        found.sort(key=by.get(name, lambda held: held.id), reverse=direction == "desc")
        size, begin = int(query.get("pageSize", 100)), int(query.get("pageToken") or 0)
        page: dict[str, Any] = {"videos": [views.video(held) for held in found[begin : begin + size]]}
        if begin + size < len(found):
            page["nextPageToken"] = str(begin + size)
        return web.json_response(canonical(page))

    async def _batch_get(self, request: web.Request) -> web.Response:
        wanted = json.loads(await request.read()).get("videoIds", [])
        if not 1 <= len(wanted) <= 100:
            return views.problem(400, "videoIds")
        return web.json_response({"videos": [views.video(self.videos[video_id]) for video_id in wanted]})

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(views.video(self.videos[request.match_info["id"]]))

    async def _delete(self, request: web.Request) -> web.Response:
        held = self.videos.pop(request.match_info["id"])
        self.tus.close(held.upload_name)
        return views.operation("Delete", held)

    async def _manifests(self, request: web.Request) -> web.Response:
        held = self.videos[request.match_info["id"]]
        if held.status != "READY":
            return web.json_response({})
        signed = self.cdn.signed(held.id, self.faults.parameters["manifest_seconds"])
        url = f"{base(request)}/cdn/{held.id}/{signed}"
        kinds = (("DASH", "manifest.mpd"), ("HLS", "master.m3u8"))
        return web.json_response({"manifests": [{"url": f"{url}/{name}", "type": kind} for kind, name in kinds]})

    async def _screenshots(self, request: web.Request) -> web.Response:
        held = self.videos[request.match_info["id"]]
        shots = [f"{base(request)}/cdn/{held.id}/shots/1.jpg"] if held.status == "READY" else []
        return web.json_response(canonical({"screenshots": shots}))

    async def _download_url(self, request: web.Request) -> web.Response:
        held = self.videos[request.match_info["id"]]
        if held.body is None:
            return views.problem(400, "The video has no file yet")
        signed = self.cdn.signed(held.id, self.faults.parameters["download_seconds"])
        return web.json_response({"downloadUrl": f"{base(request)}/cdn/{held.id}/{signed}/original"})

    def _encode(self, held: Video, body: ReceivedFile) -> None:
        held.body, held.film = body, film_in(body)
        held.encoded_at = time.time() + self.faults.parameters["encode_seconds"]
        note("video taken", provider="yandex", bytes=body.size)
