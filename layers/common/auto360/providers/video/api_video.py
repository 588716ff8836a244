"""api.video: videos and upload tokens (docs/reference/video-providers.md, section 1).

Own calls instead of the official client, which has no time-outs, fails on unknown values, and splits a large upload
into several videos.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import HttpUrl, SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.lines import Lines
from auto360.providers.video import (
    Download,
    PlannedUpload,
    Playback,
    ProviderName,
    ProviderVideo,
    ProviderVideoNotReady,
    State,
    UploadTarget,
    VideoUncertain,
    VideoUnknown,
)
from auto360.providers.video.http import MAX_BARREN_PAGES, Exchange
from auto360.providers.video.parsing import (
    address,
    header_value,
    identifier,
    inner,
    moment,
    objects,
    seconds,
    text,
    whole,
)

_PAGE_SIZE = 100
_PRIVATE = re.compile(r"(?P<session>https?://.+?/token/[^/]+)/.+")
_INGEST_STATES: dict[str, State] = {"uploading": "uploading", "uploaded": "processing", "ingesting": "processing"}


class ApiVideoSettings(EnvSettings):
    """Account at api.video: address of its API, and the key."""

    api_video_url: HttpUrl = HttpUrl("https://ws.api.video")
    api_video_key: SecretStr


def account_header(settings: ApiVideoSettings) -> dict[str, str]:
    """Return the key as a user name without a password: no token that could expire."""
    named = base64.b64encode(f"{settings.api_video_key.get_secret_value()}:".encode()).decode()
    return {"Authorization": f"Basic {named}"}


class ApiVideo:
    """`VideoLibrary`, `VideoPlayer`, `UploadDesk` and `VideoImport` at api.video."""

    name: ProviderName = "api_video"

    def __init__(self, settings: ApiVideoSettings, lines: Lines, *, retry_policy: RetryPolicy | None = None) -> None:
        self._url = str(settings.api_video_url).rstrip("/")
        self._exchange = Exchange(lines, self._url, retry_policy or RetryPolicy())
        self._account = account_header(settings)

    def find(self, video_ids: Sequence[str]) -> dict[str, ProviderVideo]:
        """Query two calls per video: its data and its encoding. Raises VideoFailure."""
        found = {}
        for video_id in video_ids:
            try:
                about = self._get(f"/videos/{_quoted(video_id)}")
                status = self._get(f"/videos/{_quoted(video_id)}/status")
            except VideoUnknown:
                continue
            found[video_id] = _video(about, status)
        return found

    def with_title(self, title: str) -> list[ProviderVideo]:
        """Return the videos of exactly this title; the provider's own filter finds similar ones as well."""
        return [video for video in self._pages({"title": title}) if video.title == title]

    def videos(self, *, newest_first: bool) -> Iterator[ProviderVideo]:
        """Yield all videos, page by page. Pages shift while videos come and go, so duplicates are dropped."""
        return self._pages({"sortBy": "createdAt", "sortOrder": "desc" if newest_first else "asc"})

    def count(self) -> int:
        page = self._get("/videos", {"currentPage": "1", "pageSize": "1"})
        total = whole(inner(page.get("pagination")).get("itemsTotal"))
        if total is None:
            raise VideoUncertain("no_total")
        return total

    def delete(self, video_id: str) -> None:
        self._delete(f"/videos/{_quoted(video_id)}")

    def playback(self, video_id: str) -> Playback:
        """Return the addresses of a video; those of a private one are valid for one use."""
        about = self._get(f"/videos/{_quoted(video_id)}")
        assets = inner(about.get("assets"))
        hls = address(assets.get("hls"))
        if hls is None:
            raise ProviderVideoNotReady("no_hls")
        player, thumbnail = address(assets.get("player")), address(assets.get("thumbnail"))
        file = address(assets.get("mp4"))
        return Playback(hls, player, thumbnail, is_lasting=about.get("public") is True, file_url=file)

    def thumbnail(self, video_id: str) -> str | None:
        return self.playback(video_id).thumbnail_url

    def download(self, video_id: str) -> Download:
        """Return the MP4 encoded by api.video (the uploaded file is not available); orders one if there is none."""
        about = self._get(f"/videos/{_quoted(video_id)}")
        if about.get("mp4Support") is False:
            self._exchange.call(
                "PATCH",
                f"/videos/{_quoted(video_id)}",
                headers=self._account,
                body={"mp4Support": True},
                group="write",
            )
            raise ProviderVideoNotReady("mp4_ordered")
        mp4 = address(inner(about.get("assets")).get("mp4"))
        if mp4 is None or not _video(about, self._get(f"/videos/{_quoted(video_id)}/status")).has_mp4:
            raise ProviderVideoNotReady("no_mp4_yet")
        private = _PRIVATE.fullmatch(mp4)
        return Download(mp4, "transcode", self._session(private["session"]) if private else {})

    def open(self, upload: PlannedUpload) -> UploadTarget:
        """Create an upload token. Only its time is limited: not a size, a user, or a number of videos."""
        reply = self._exchange.call(
            "POST",
            "/upload-tokens",
            headers=self._account,
            body={"ttl": upload.seconds},
            group="write",
            may_repeat=True,  # an unreported token expires
        )
        token = header_value(reply.body.get("token"))
        if token is None:
            raise VideoUncertain("no_token")
        return self.target(session_key=token, video_id=None)

    def reopen(self, upload: PlannedUpload) -> None:
        """Return None: a token cannot be found by a name."""

    def target(self, *, session_key: str, video_id: str | None) -> UploadTarget:
        return UploadTarget(session_key, f"{self._url}/upload?{urlencode({'token': session_key})}", "form", video_id)

    def close(self, *, session_key: str) -> None:
        """Revoke an upload token."""
        self._delete(f"/upload-tokens/{_quoted(session_key)}")

    def pull(self, url: str, *, title: str, is_panoramic: bool) -> str:
        """Let api.video fetch a file."""
        asked = {"title": title, "source": url, "panoramic": is_panoramic, "public": True, "mp4Support": True}
        reply = self._exchange.call("POST", "/videos", headers=self._account, body=asked, group="write")
        video_id = identifier(reply.body.get("videoId"))
        if video_id is None:
            raise VideoUncertain("no_id")
        return video_id

    def _pages(self, query: Mapping[str, str]) -> Iterator[ProviderVideo]:
        seen: set[str] = set()
        number, barren = 1, 0
        while True:
            page = self._get("/videos", {**query, "currentPage": str(number), "pageSize": str(_PAGE_SIZE)})
            known = len(seen)
            for item in objects(page.get("data")):
                video = _video(item, {})
                if video.video_id and video.video_id not in seen:
                    seen.add(video.video_id)
                    yield video
            links = objects(inner(page.get("pagination")).get("links"))
            if not any(link.get("rel") == "next" for link in links):
                return
            barren = barren + 1 if len(seen) == known else 0
            if barren == MAX_BARREN_PAGES:
                raise VideoUncertain("endless_list")
            number += 1

    def _session(self, token_url: str) -> dict[str, str]:
        """Return the headers for further reads of a private file, whose address is valid for one use only."""
        base, _, path = token_url.rpartition("/vod/")
        exchange = Exchange(self._exchange.lines, base, self._exchange.retry_policy)
        session = header_value(exchange.call("GET", f"/vod/{path}/session", headers={}).body.get("session_token"))
        if session is None:
            raise VideoUncertain("no_session")
        return {"avh": session}

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._exchange.call("GET", path, headers=self._account, params=params, group="read").body

    def _delete(self, path: str) -> None:
        try:
            self._exchange.call("DELETE", path, headers=self._account, group="write")
        except VideoUnknown:
            return


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _video(about: Mapping[str, Any], status: Mapping[str, Any]) -> ProviderVideo:
    ingest, encoding = inner(status.get("ingest")), inner(status.get("encoding"))
    measured = inner(encoding.get("metadata"))
    qualities = list(objects(encoding.get("qualities")))
    mp4 = [item.get("status") for item in qualities if item.get("type") == "mp4"]
    return ProviderVideo(
        video_id=identifier(about.get("videoId")) or "",
        state=_state(ingest, encoding, qualities) if status else None,
        title=text(about.get("title")) or "",
        bytes=whole(ingest.get("filesize")),
        duration_seconds=seconds(measured.get("duration")),
        width=whole(measured.get("width")) or None,
        height=whole(measured.get("height")) or None,
        is_panoramic=about.get("panoramic") is True,
        has_mp4="encoded" in mp4,
        created_at=moment(about.get("createdAt")),
    )


def _state(
    ingest: Mapping[str, Any], encoding: Mapping[str, Any], qualities: Sequence[Mapping[str, Any]]
) -> State | None:
    """Return ready with the first quality that plays, failed when every one has failed, else processing."""
    if encoding.get("playable") is True:
        return "ready"
    if qualities and all(quality.get("status") == "failed" for quality in qualities):
        return "failed"
    word = ingest.get("status")
    return "awaiting_upload" if word is None else _INGEST_STATES.get(str(word), "processing")
