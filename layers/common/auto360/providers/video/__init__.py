"""Port to video providers, and the failures of a call.

A `reference` is our own id of a video (a UUID); a `video_id` is the provider's. Sizes are bytes, durations seconds.

VideoFailure
├── VideoUnknown      no such video or upload, or not any more
├── VideoRefused      refused: nothing was made or changed
│   └── LibraryFull   the account holds as many videos as it may
├── VideoBusy         too many calls: wait `retry_after` seconds
├── VideoNotReady     the result is being made: retry later
├── VideoUnreachable  not sent, or failed: the same call may be repeated
└── VideoUncertain    perhaps executed: look it up by its reference before repeating
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

ProviderName = Literal["api_video", "yandex"]
PROVIDER_NAMES: tuple[ProviderName, ...] = ("api_video", "yandex")
State = Literal["awaiting_upload", "uploading", "processing", "ready", "failed"]


class VideoFailure(Exception):
    """Request not certainly executed by the provider.

    `provider_code` is for staff, never for users; at most 40 characters, never the provider's text. `lasting`
    failures need a repair (key, settings, quota). `retry_after` is in seconds, if the provider reports it.
    """

    def __init__(self, provider_code: str, *, lasting: bool = False, retry_after: float | None = None) -> None:
        super().__init__(provider_code[:40])
        self.provider_code, self.lasting, self.retry_after = provider_code[:40], lasting, retry_after


class VideoUnknown(VideoFailure):
    """No such video or upload (any more)."""


class VideoRefused(VideoFailure):
    """Provider refused the request."""


class LibraryFull(VideoRefused):
    """Account holds as many videos as it may."""


class VideoBusy(VideoFailure):
    """Rate limit of the account reached."""


class ProviderVideoNotReady(VideoFailure):
    """Result not ready yet, but requested."""


class VideoUnreachable(VideoFailure):
    """Request not sent, or failed before anything was done."""


class VideoUncertain(VideoFailure):
    """Request perhaps executed: no answer in time, or an unreadable one."""


@dataclass(frozen=True)
class ProviderVideo:
    """Video as its provider describes it. Unknown values are None; lists of videos have the fewest.

    `title` is our reference where we made the video. `upload_url` is a secret: it permits the upload.
    """

    video_id: str
    state: State | None = None
    title: str = ""
    bytes: int | None = None
    duration_seconds: float | None = None
    width: int | None = None
    height: int | None = None
    is_panoramic: bool = False
    has_mp4: bool = False
    created_at: datetime | None = None
    upload_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Playback:
    """Addresses under which a video plays. `is_lasting`: they may be stored; others are fetched for every playback.

    `file_url`: the video as one file, perhaps still being encoded.
    """

    hls_url: str = field(repr=False)
    player_url: str | None = field(default=None, repr=False)
    thumbnail_url: str | None = field(default=None, repr=False)
    is_lasting: bool = False
    file_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Download:
    """File of a video: a temporary address, and the headers that each read of it needs.

    `origin`: the file as it was uploaded, or one that the provider made from it.
    """

    url: str = field(repr=False)
    origin: Literal["original", "transcode"]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PlannedUpload:
    """Upload to open: exactly `bytes`, within `seconds`."""

    reference: str
    bytes: int
    seconds: int
    title: str = ""
    file_name: str = "video.mp4"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UploadTarget:
    """Address and protocol of an upload. `session_key` opens the upload and suffices to revoke it: a secret.

    `form`: one multipart request, or several with `Content-Range`, to api.video. `tus`: the tus protocol 1.0.
    `video_id` is None where the provider makes the video only on arrival of the file.
    """

    session_key: str = field(repr=False)
    url: str = field(repr=False)
    protocol: Literal["form", "tus"]
    video_id: str | None = None


class VideoLibrary(Protocol):
    """Videos of our account."""

    name: ProviderName

    def find(self, video_ids: Sequence[str]) -> dict[str, ProviderVideo]:
        """Return these videos by id; missing ones do not exist (any more). Raises VideoFailure."""

    def with_title(self, title: str) -> list[ProviderVideo]:
        """Return the videos of exactly this title, such as a reference. Raises VideoFailure."""

    def videos(self, *, newest_first: bool) -> Iterator[ProviderVideo]:
        """Yield all videos by creation time, page by page, each once. Raises VideoFailure."""

    def count(self) -> int:
        """Return the number of videos. Raises VideoFailure."""

    def delete(self, video_id: str) -> None:
        """Delete a video for ever; idempotent. Raises VideoFailure."""


class VideoPlayer(Protocol):
    """Playback and download."""

    name: ProviderName

    def playback(self, video_id: str) -> Playback:
        """Return the playback of a video, also of one not ready yet.

        Raises VideoUnknown, ProviderVideoNotReady, VideoFailure.
        """

    def thumbnail(self, video_id: str) -> str | None:
        """Return the address of a picture, None where there is none. Raises VideoUnknown, VideoFailure."""

    def download(self, video_id: str) -> Download:
        """Return the best file of the provider. Raises VideoUnknown, ProviderVideoNotReady, VideoFailure."""


class UploadDesk(Protocol):
    """Uploads of single videos."""

    name: ProviderName

    def open(self, upload: PlannedUpload) -> UploadTarget:
        """Open an upload. Raises VideoFailure; after VideoUncertain call `reopen` before anything else."""

    def reopen(self, upload: PlannedUpload) -> UploadTarget | None:
        """Return the upload that an earlier `open` made without an answer, where it can be found."""

    def target(self, *, session_key: str, video_id: str | None) -> UploadTarget:
        """Return an upload from its stored key. Makes no call."""

    def close(self, *, session_key: str) -> None:
        """Revoke an upload; idempotent. Raises VideoFailure."""


class VideoImport(Protocol):
    """Provider that fetches a file by itself."""

    def pull(self, url: str, *, title: str, is_panoramic: bool) -> str:
        """Start fetching; returns the id of the new video. Raises VideoFailure; after VideoUncertain look by title."""


class ReportCheck(Protocol):
    """Signature check of a provider's webhook."""

    def __call__(self, body: bytes, *, signature: str, secret: str) -> bool:
        """Return True for the very bytes that were signed with this secret."""
