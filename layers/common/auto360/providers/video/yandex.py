"""Yandex Cloud Video over REST (docs/reference/yandex-cloud.md, section 6; video-providers.md, section 3).

The SDK's stubs have 90 MB; these are eight calls. A video's title is our reference, since titles can be searched
and labels cannot; the user's title is the description.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import HttpUrl

from auto360.core.settings import EnvSettings
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.lines import Lines
from auto360.providers.video import (
    Download,
    LibraryFull,
    PlannedUpload,
    Playback,
    ProviderName,
    ProviderVideo,
    ProviderVideoNotReady,
    State,
    UploadTarget,
    VideoFailure,
    VideoRefused,
    VideoUncertain,
    VideoUnknown,
)
from auto360.providers.video.http import MAX_BARREN_PAGES, Exchange, failure_of
from auto360.providers.video.iam import IamTokens
from auto360.providers.video.parsing import address, identifier, inner, moment, objects, seconds, text, whole

_PAGE_SIZE = _BATCH_SIZE = 100
_LABEL_NAME = re.compile(r"[a-z][-_0-9a-z]{0,62}")
_LABEL_VALUE = re.compile(r"[-_.@:/0-9a-zA-Z]{0,63}")
_MAX_LABELS = 64
_STATES: dict[str, State] = {
    "WAIT_UPLOADING": "awaiting_upload",
    "UPLOADED": "processing",
    "PROCESSING": "processing",
    "READY": "ready",
    "ERROR": "failed",
}


class YandexVideoSettings(EnvSettings):
    """Channel of our videos, and the address of the API."""

    yandex_video_url: HttpUrl = HttpUrl("https://video.api.cloud.yandex.net")
    yandex_video_channel_id: str


class YandexVideo:
    """`VideoLibrary`, `VideoPlayer` and `UploadDesk` at Yandex Cloud Video."""

    name: ProviderName = "yandex"

    def __init__(
        self,
        settings: YandexVideoSettings,
        lines: Lines,
        tokens: IamTokens,
        *,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._channel, self._tokens = settings.yandex_video_channel_id, tokens
        url = f"{str(settings.yandex_video_url).rstrip('/')}/video/v1"
        self._exchange = Exchange(lines, url, retry_policy or RetryPolicy(), failure=_failure_of)

    def find(self, video_ids: Sequence[str]) -> dict[str, ProviderVideo]:
        """Query a hundred videos per call; when one of them is unknown the call fails, and each is queried."""
        found: dict[str, ProviderVideo] = {}
        for begin in range(0, len(video_ids), _BATCH_SIZE):
            part = list(video_ids[begin : begin + _BATCH_SIZE])
            try:
                asked = {"channelId": self._channel, "videoIds": part}
                answer = self._call("POST", "/videos:batchGet", body=asked, may_repeat=True)
                videos = [_video(item) for item in objects(answer.get("videos"))]
            except VideoUnknown:
                videos = [video for video in map(self._one, part) if video is not None]
            found |= {video.video_id: video for video in videos}
        return found

    def with_title(self, title: str) -> list[ProviderVideo]:
        """Return the videos of exactly this title. Raises ValueError for one with quotes."""
        if "'" in title or "\\" in title:
            raise ValueError("a title to search for must not hold quotes")
        return [video for video in self._pages({"filter": f"title='{title}'"}) if video.title == title]

    def videos(self, *, newest_first: bool) -> Iterator[ProviderVideo]:
        """Yield all videos of the channel, page by page."""
        return self._pages({"orderBy": "createdAt desc" if newest_first else "createdAt asc"})

    def count(self) -> int:
        """Count the videos of the channel; the provider reports no number."""
        return sum(1 for _ in self._pages({}))

    def delete(self, video_id: str) -> None:
        """Delete a video for ever; its upload address ends with it."""
        try:
            self._call("DELETE", f"/videos/{_quoted(video_id)}")
        except VideoUnknown:
            return

    def playback(self, video_id: str) -> Playback:
        """Return current playback addresses, which expire and must not be stored."""
        answer = self._call("GET", f"/videos/{_quoted(video_id)}:getManifests")
        hls = next((address(item.get("url")) for item in objects(answer.get("manifests")) if _is_hls(item)), None)
        if hls is None:
            raise ProviderVideoNotReady("no_manifest")
        return Playback(hls, player_url=hls)

    def thumbnail(self, video_id: str) -> str | None:
        """Return a picture taken while encoding, None without one."""
        answer = self._call("GET", f"/videos/{_quoted(video_id)}:getScreenshots")
        shots = answer.get("screenshots")
        return next(filter(None, map(address, shots if isinstance(shots, list) else ())), None)

    def download(self, video_id: str) -> Download:
        """Return the uploaded file; the link is valid for a day."""
        answer = self._call("POST", f"/videos/{_quoted(video_id)}:generateDownloadURL", body={}, may_repeat=True)
        answer = {**answer, **inner(answer.get("response"))}
        url = address(answer.get("downloadUrl"))
        if url is None:
            raise ProviderVideoNotReady("no_download")
        return Download(url, "original")

    def open(self, upload: PlannedUpload) -> UploadTarget:
        """Create the video; its tus address takes exactly the declared bytes. Disables ads, which are on by default."""
        body = {
            "channelId": self._channel,
            "title": upload.reference,
            "description": upload.title[:5000],
            "autoTranscode": "ENABLE",
            "autoPublish": True,
            "enableAd": False,
            "labels": checked_labels({**upload.labels, "reference": upload.reference}),
            "publicAccess": {},
            "tusd": {"fileSize": str(upload.bytes), "fileName": upload.file_name},
        }
        answer = self._call("POST", "/videos", body=body, headers={"Idempotency-Key": upload.reference})
        made = _video({"id": inner(answer.get("metadata")).get("videoId"), **inner(answer.get("response"))})
        if made.upload_url is None or not made.video_id:
            raise VideoUncertain("no_upload_address")
        return self.target(session_key=made.upload_url, video_id=made.video_id)

    def reopen(self, upload: PlannedUpload) -> UploadTarget | None:
        """Return the video made under this reference that still waits for its file."""
        for video in self.with_title(upload.reference):
            if video.upload_url and video.state in ("awaiting_upload", "uploading"):
                return self.target(session_key=video.upload_url, video_id=video.video_id)
        return None

    def target(self, *, session_key: str, video_id: str | None) -> UploadTarget:
        return UploadTarget(session_key, session_key, "tus", video_id)

    def close(self, *, session_key: str) -> None:
        """Do nothing: the address expires with the upload, or with the deletion of the video."""

    def _one(self, video_id: str) -> ProviderVideo | None:
        try:
            return _video(self._call("GET", f"/videos/{_quoted(video_id)}"))
        except VideoUnknown:
            return None

    def _pages(self, query: Mapping[str, str]) -> Iterator[ProviderVideo]:
        seen: set[str] = set()
        page_token, barren = "", 0
        while True:
            params = {"channelId": self._channel, "pageSize": str(_PAGE_SIZE), **query}
            page = self._call("GET", "/videos", params=params | ({"pageToken": page_token} if page_token else {}))
            known = len(seen)
            for item in objects(page.get("videos")):
                video = _video(item)
                if video.video_id and video.video_id not in seen:
                    seen.add(video.video_id)
                    yield video
            following = text(page.get("nextPageToken"))
            if following is None or following == page_token:
                return
            barren = barren + 1 if len(seen) == known else 0
            if barren == MAX_BARREN_PAGES:
                raise VideoUncertain("endless_list")
            page_token = following

    def _call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **call: Any) -> dict[str, Any]:
        """Call once; a refused token is exchanged and the call repeated."""
        sent = {**(headers or {}), "Authorization": f"Bearer {self._tokens.current()}"}
        try:
            return self._exchange.call(method, path, headers=sent, **call).body
        except VideoRefused as refused:
            if refused.provider_code != "http_401":
                raise
        self._tokens.forget()
        sent["Authorization"] = f"Bearer {self._tokens.current()}"
        return self._exchange.call(method, path, headers=sent, **call).body


def checked_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels in Yandex's form. Raises ValueError for others: Cyrillic and blanks are not possible."""
    if len(labels) > _MAX_LABELS:
        raise ValueError("at most 64 labels")
    for name, value in labels.items():
        if not _LABEL_NAME.fullmatch(name) or not _LABEL_VALUE.fullmatch(value):
            raise ValueError(f"not a label: {name}")
    return dict(labels)


def _is_hls(manifest: Mapping[str, Any]) -> bool:
    return manifest.get("type") == "HLS" or str(manifest.get("url")).split("?")[0].endswith(".m3u8")


def _failure_of(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> VideoFailure:
    """Return the failure; a quota and a rate limit both answer 429, distinguished by the details only."""
    kinds = [str(detail.get("@type")) for detail in objects(body.get("details"))]
    if status in (400, 429) and any(kind.endswith("QuotaFailure") for kind in kinds):
        return LibraryFull("quota", lasting=True)
    return failure_of(status, headers, body)


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _video(item: Mapping[str, Any]) -> ProviderVideo:
    tusd = inner(item.get("tusd"))
    status = text(item.get("status"))
    return ProviderVideo(
        video_id=identifier(item.get("id")) or "",
        state=_STATES.get(status, "processing") if status else None,
        title=text(item.get("title")) or "",
        bytes=whole(tusd.get("fileSize")),
        duration_seconds=seconds(item.get("duration")),
        created_at=moment(item.get("createdAt")),
        upload_url=address(tusd.get("url")),
    )
