"""What the migration needs besides the ports to video providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from auto360.domains.videos.transfer.entries import Replica, TransferEntry
from auto360.providers.video import Download, UploadDesk, VideoLibrary, VideoPlayer
from auto360.providers.video.copying import FileCopier, FileInfo, PlaybackCheck


class Library(VideoLibrary, VideoPlayer, Protocol):
    """A provider that lists, deletes and plays."""


class TargetLibrary(Library, UploadDesk, Protocol):
    """A provider that takes uploads as well."""


class PartDigest(Protocol):
    """Reads a part of a file, and forgets it."""

    def __call__(self, download: Callable[[], Download], *, begin: int, end: int, known: FileInfo | None = None) -> str:
        """The SHA-256 (hexadecimal) of the bytes from `begin` to before `end`.

        Raises SourceChanged where the file is not the `known` one, VideoFailure.
        """


@dataclass(frozen=True)
class TransferFiles:
    """Moving, reading and trying out files."""

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
