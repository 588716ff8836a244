"""The port to video providers: what is asked of them, and the ways in which asking them can fail.

A `reference` is our own id of a video (a UUID); a `video_id` is the provider's. Sizes are bytes, durations seconds.

VideoFailure
├── VideoUnknown      they have no such video or upload, or not any more
├── VideoRefused      they said no: nothing was made or changed
│   └── LibraryFull   the account holds as many videos as it may
├── VideoBusy         too many calls: wait `retry_after` seconds
├── VideoNotReady     what was asked for is being made: come again
├── VideoUnreachable  they were not asked, or broke: the same call may be repeated
└── VideoUncertain    they may have done it: look it up by its reference before repeating
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

ProviderName = Literal["api_video", "yandex"]
PROVIDER_NAMES: tuple[ProviderName, ...] = ("api_video", "yandex")
State = Literal["awaiting_upload", "uploading", "processing", "ready", "failed"]


class VideoFailure(Exception):
    """A provider did not certainly do what it was asked.

    `provider_code` is for operators, never for users; at most 40 characters, never the provider's text. `lasting`
    failures cannot mend themselves (key, settings, quota). `retry_after` is in seconds, where the provider tells it.
    """

    def __init__(self, provider_code: str, *, lasting: bool = False, retry_after: float | None = None) -> None:
        super().__init__(provider_code[:40])
        self.provider_code, self.lasting, self.retry_after = provider_code[:40], lasting, retry_after


class VideoUnknown(VideoFailure):
    """There is no such video or upload (any more)."""


class VideoRefused(VideoFailure):
    """They said no."""


class LibraryFull(VideoRefused):
    """As many videos as the account may hold."""


class VideoBusy(VideoFailure):
    """More calls than the account may make in a minute."""


class ProviderVideoNotReady(VideoFailure):
    """It is not there yet, and has been asked for."""


class VideoUnreachable(VideoFailure):
    """Not asked, or broken before anything was done."""


class VideoUncertain(VideoFailure):
    """Perhaps done: no answer in time, or one that we cannot read."""


@dataclass(frozen=True)
class ProviderVideo:
    """A video as its provider tells it. What the provider does not tell is None; a list of videos tells the least.

    `title` is our reference where we made the video. `upload_url` is a secret: whoever has it may send the file.
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
    """Addresses under which a video plays. `is_lasting`: they may be kept; others are asked for at every playback."""

    hls_url: str = field(repr=False)
    player_url: str | None = field(default=None, repr=False)
    thumbnail_url: str | None = field(default=None, repr=False)
    is_lasting: bool = False


@dataclass(frozen=True)
class Download:
    """The file of a video: an address, good for a while, and the headers that each read of it needs.

    `origin`: the file as it was uploaded, or one that the provider made from it.
    """

    url: str = field(repr=False)
    origin: Literal["original", "transcode"]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PlannedUpload:
    """What somebody is about to upload: exactly `bytes`, within `seconds`."""

    reference: str
    bytes: int
    seconds: int
    title: str = ""
    file_name: str = "video.mp4"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UploadTarget:
    """Where and how to send a file. `ticket` opens the upload and is all that is needed to revoke it: a secret.

    `form`: one multipart request, or several with `Content-Range`, to api.video. `tus`: the tus protocol 1.0.
    `video_id` is None where the provider makes the video only when the file comes.
    """

    ticket: str = field(repr=False)
    url: str = field(repr=False)
    protocol: Literal["form", "tus"]
    video_id: str | None = None


class VideoLibrary(Protocol):
    """The videos of our account."""

    name: ProviderName

    def find(self, video_ids: Sequence[str]) -> dict[str, ProviderVideo]:
        """These videos by id; one that is missing in the answer is not there (any more). Raises VideoFailure."""

    def with_title(self, title: str) -> list[ProviderVideo]:
        """The videos of exactly this title, such as a reference. Raises VideoFailure."""

    def videos(self, *, newest_first: bool) -> Iterator[ProviderVideo]:
        """All videos by the time they were made, read page by page, none of them twice. Raises VideoFailure."""

    def count(self) -> int:
        """How many videos there are. Raises VideoFailure."""

    def delete(self, video_id: str) -> None:
        """Remove a video for ever; one that is gone already is no failure. Raises VideoFailure."""


class VideoPlayer(Protocol):
    """Playing a video, and reading its file."""

    name: ProviderName

    def playback(self, video_id: str) -> Playback:
        """Where a video plays, or will as soon as it is ready. Raises VideoUnknown, VideoNotReady, VideoFailure."""

    def thumbnail(self, video_id: str) -> str | None:
        """The address of a picture of the video, None where there is none. Raises VideoUnknown, VideoFailure."""

    def download(self, video_id: str) -> Download:
        """The best file that the provider gives back. Raises VideoUnknown, VideoNotReady, VideoFailure."""


class UploadDesk(Protocol):
    """Permissions to upload one video."""

    name: ProviderName

    def open(self, upload: PlannedUpload) -> UploadTarget:
        """A new permission. Raises VideoFailure; after VideoUncertain call `reopen` before anything else."""

    def reopen(self, upload: PlannedUpload) -> UploadTarget | None:
        """The permission that an earlier `open` made without our learning of it, where it can be found."""

    def target(self, *, ticket: str, video_id: str | None) -> UploadTarget:
        """A permission as it was given, from what was kept of it. Asks nobody."""

    def close(self, *, ticket: str) -> None:
        """Revoke a permission; one that is gone already is no failure. Raises VideoFailure."""


class VideoImport(Protocol):
    """A provider that fetches a file by itself."""

    def pull(self, url: str, *, title: str, is_panoramic: bool) -> str:
        """Begin to fetch; gives the id of the new video. Raises VideoFailure; after VideoUncertain look by title."""


class ReportCheck(Protocol):
    """Whether a provider has signed what was sent to us."""

    def __call__(self, body: bytes, *, signature: str, secret: str) -> bool:
        """True for the very bytes that were signed with this secret."""
