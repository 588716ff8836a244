"""api.video's videos, tokens and webhooks, and the work behind its calls: encoding, fetching, reporting."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from local.simulators import api_video_views as views
from local.simulators.api_video_intake import Intake
from local.simulators.faults import Faults
from local.simulators.media import Film, MadeFile, ReceivedFile, film_in
from local.simulators.phone import note

READY_EVENT = "video.encoding.quality.completed"


@dataclass(frozen=True)
class ApiVideoAccount:
    """Customer's account. `report_url` gets the reports from the start, signed with `report_secret`."""

    key: str
    report_url: str = ""
    report_secret: str = ""


@dataclass
class Token:
    """Upload token."""

    value: str
    ttl: int
    made_at: float

    @property
    def ends_at(self) -> float | None:
        """None: it never ends."""
        return self.made_at + self.ttl if self.ttl else None


@dataclass
class Video:
    """Video. `encoded_at` is the time of its last quality."""

    id: str
    title: str
    made_at: float
    is_public: bool = True
    is_panoramic: bool = False
    mp4_support: bool = True
    body: ReceivedFile | MadeFile | None = None
    film: Film | None = None
    encoded_at: float | None = None
    metadata: list[dict[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)

    @property
    def is_encoded(self) -> bool:
        """Return True when its last quality is ready."""
        return self.encoded_at is not None and time.time() >= self.encoded_at


@dataclass
class Library:
    """Contents of the account."""

    faults: Faults
    videos: dict[str, Video] = field(default_factory=dict, init=False)
    tokens: dict[str, Token] = field(default_factory=dict, init=False)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)
    intakes: dict[str, Intake] = field(default_factory=dict, init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def seed(
        self,
        *,
        size: int,
        film: Film | None = None,
        title: str = "",
        made_at: float | None = None,
        is_public: bool = True,
        video_id: str | None = None,
    ) -> Video:
        """Return a video that has existed for long."""
        video = self.new_video(title or "old video", made_at=made_at, video_id=video_id)
        video.is_public = is_public
        video.body = MadeFile(video.id, size, film or Film(12.0, 1280, 720))
        video.film, video.encoded_at = video.body.film, 0.0
        return video

    def new_video(self, title: str, *, made_at: float | None = None, video_id: str | None = None) -> Video:
        """Return a video without a file."""
        name = video_id or f"vi{secrets.token_urlsafe(12).replace('_', 'a')}"
        video = Video(name, title, made_at or time.time())
        self.videos[video.id] = video
        return video

    def encode(self, video: Video, body: ReceivedFile) -> None:
        """Start encoding a received file."""
        video.body, video.film = body, film_in(body)
        video.encoded_at = time.time() + self.faults.parameters["encode_seconds"]
        note("video taken", provider="api_video", bytes=body.size)
        self.later(self._report(video))

    async def pull(self, video: Video, source: str) -> None:
        """Fetch a file."""
        body = ReceivedFile()
        try:
            async with aiohttp.ClientSession() as session, session.get(source) as answer:
                async for piece in answer.content.iter_chunked(256 * 1024):
                    body.append(piece)
        except aiohttp.ClientError:
            note("source not fetched", provider="api_video")
            return
        self.encode(video, body)

    def add_webhook(self, url: str, secret: str) -> dict[str, Any]:
        """Register another report address."""
        name = f"webhook_{secrets.token_hex(6)}"
        self.webhooks[name] = {
            "webhookId": name,
            "createdAt": views.stamp(time.time()),
            "events": [READY_EVENT],
            "url": url,
            "signatureSecret": secret,
        }
        return self.webhooks[name]

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task beside the calls."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _report(self, video: Video) -> None:
        """Send one report per quality, in random order; none for a damaged file."""
        await asyncio.sleep(max(0.0, (video.encoded_at or 0) - time.time()) + 0.01)
        if video.film is None or not self.webhooks:
            return
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for kind, quality in (("hls", "720p"), ("mp4", "720p"), ("hls", "240p")):
                event = {"type": READY_EVENT, "emittedAt": views.stamp(time.time()), "videoId": video.id}
                body = json.dumps({**event, "encoding": kind, "quality": quality}).encode()
                for hook in list(self.webhooks.values()):
                    await _send(session, hook, body)


async def _send(session: aiohttp.ClientSession, hook: dict[str, Any], body: bytes) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Api-Video-WebhookID": hook["webhookId"],
        "X-Api-Video-Signature": views.signature(body, hook["signatureSecret"]),
    }
    try:
        async with session.post(hook["url"], data=body, headers=headers) as answer:
            note("report sent", provider="api_video", answered=answer.status)
    except (aiohttp.ClientError, TimeoutError):
        note("report not taken", provider="api_video")
