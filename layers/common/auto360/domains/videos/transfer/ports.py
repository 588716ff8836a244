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


# What a listing shows once its video has moved: addresses of ours that stay valid (video_url, video_player_url,
# video_thumbnail_url, thumbnail_url), by the id of the video.
Places = Callable[[str], Mapping[str, str | None]]

# Whether the copy in the object storage is there and of that size.
HasReplica = Callable[[Replica], bool]

# Hears of every chunk: the entry, and how many bytes of how many lie at the target.
OnBytes = Callable[[TransferEntry, int, int], None]
