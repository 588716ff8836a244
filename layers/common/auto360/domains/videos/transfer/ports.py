"""Ports of the transfer besides those of video providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from auto360.domains.videos.transfer.entries import Replica, TransferEntry
from auto360.providers.video import Download, UploadDesk, VideoLibrary, VideoPlayer
from auto360.providers.video.copying import FileCopier, FileInfo, PlaybackCheck


class Library(VideoLibrary, VideoPlayer, Protocol):
    """Provider that lists, deletes and plays."""


class TargetLibrary(Library, UploadDesk, Protocol):
    """Provider that accepts uploads as well."""


class PartDigest(Protocol):
    """Hashes a part of a file without keeping it."""

    def __call__(self, download: Callable[[], Download], *, begin: int, end: int, known: FileInfo | None = None) -> str:
        """Return the SHA-256 (hexadecimal) of the bytes from `begin` to before `end`.

        Raises SourceChanged where the file is not the `known` one, VideoFailure.
        """


@dataclass(frozen=True)
class TransferFiles:
    """Copying, hashing and test-playing of files."""

    copier: FileCopier
    digest: PartDigest
    require_playable: PlaybackCheck


# Maps a video id to the permanent addresses its listing shows after the transfer (video_url, video_player_url,
# video_thumbnail_url, thumbnail_url).
Places = Callable[[str], Mapping[str, str | None]]

# Returns True if the copy in the object storage exists with that size.
HasReplica = Callable[[Replica], bool]

# Called after every chunk with the entry, the bytes at the target and the total bytes.
OnBytes = Callable[[TransferEntry, int, int], None]
