"""Port that copies a file from one provider to another, in one or several runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from auto360.providers.video import Download, VideoFailure, VideoUnknown


class UploadGone(VideoUnknown):
    """Upload ended or never existed: begin a new one."""


class SourceChanged(VideoFailure):
    """File has changed: its copied part is worthless."""


@dataclass(frozen=True)
class FileInfo:
    """Size in bytes, and the server's version mark (ETag) where it has one."""

    bytes: int
    etag: str | None


@dataclass(frozen=True)
class Chunk:
    """Bytes from `begin` to before `end`, and their SHA-256 (hexadecimal) as read from the source."""

    begin: int
    end: int
    sha256: str


@dataclass(frozen=True)
class Progress:
    """Progress of a copy. `chunks` cover the file from its start up to `offset` without a gap."""

    offset: int
    total: int
    chunks: tuple[Chunk, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Return True when the server has every byte."""
        return self.offset == self.total


class FileCopier(Protocol):
    """Copies bytes without holding them."""

    def measure(self, download: Callable[[], Download], *, known: FileInfo | None = None) -> FileInfo:
        """Return size and version of a file. Raises SourceChanged where it is not the `known` one, VideoFailure."""

    def copy(
        self,
        upload_url: str,
        download: Callable[[], Download],
        *,
        known: FileInfo | None,
        chunks: Sequence[Chunk],
        seconds: float,
        on_progress: Callable[[Progress], None],
    ) -> Progress:
        """Send a file to an upload from the server's offset on, for at most `seconds`.

        `download` is called for a link whenever one has expired. `on_progress` is called for each arrived chunk:
        `chunks` of a later run are those of the last progress. Raises UploadGone, SourceChanged, VideoFailure.
        """


class PlaybackCheck(Protocol):
    """Test playback of an address."""

    def __call__(self, hls_url: str) -> None:
        """Return once a player could begin. Raises ProviderVideoNotReady, VideoUnknown, VideoFailure."""
