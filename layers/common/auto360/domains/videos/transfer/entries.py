"""Ledger entries, and the copied chunks of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from auto360.providers.video.copying import Chunk, FileInfo

# Discarded copies of one video before staff must decide.
MAX_COPIES = 3


class CopyCorrupt(Exception):
    """Copy differs from the sent bytes: it is deleted and made again. The reason is for staff."""


class CopyDoubtful(Exception):
    """Copy differs from the source, and so would a new one: staff must decide."""


class SourceGone(Exception):
    """Video no longer exists at the source."""


def chunk_of(row: Mapping[str, Any]) -> Chunk:
    """Parse a chunk of the ledger."""
    return Chunk(int(row["from"]), int(row["to"]), str(row["sha256"]))


def row_of(chunk: Chunk) -> dict[str, Any]:
    """Return a chunk as the ledger stores it."""
    return {"from": chunk.begin, "to": chunk.end, "sha256": chunk.sha256}


@dataclass(frozen=True)
class Replica:
    """Replica in the object storage: key, and size in bytes."""

    key: str
    bytes: int


@dataclass(frozen=True)
class TransferEntry:
    """Ledger entry of one video, leased to this run. Sizes are bytes, durations seconds."""

    id: str
    video_id: str
    listing_id: str | None
    state: str
    source_id: str
    target_id: str | None = None
    upload_url: str | None = field(default=None, repr=False)
    target_requested: bool = False
    target_number: int = 1
    attempts: int = 0
    measure: FileInfo | None = None
    chunks: tuple[Chunk, ...] = ()
    source_seconds: float | None = None
    uploaded_at: datetime | None = None
    title: str = ""
    releases: str | None = None
    replica: Replica | None = None

    @property
    def reference(self) -> str:
        """Return the title of the copy at its provider, by which it is found again: the id of the video.

        After a useless copy was deleted, the next one has a reference of its own at the provider.
        """
        if self.target_number == 1:
            return self.video_id
        return str(uuid5(UUID(self.video_id), str(self.target_number)))

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> TransferEntry:
        """Build from the row of an SQL function."""
        size, replica = row["bytes_total"], row.get("replica") or {}
        return cls(
            id=row["id"],
            video_id=row["video_id"],
            listing_id=row["listing_id"],
            state=row["state"],
            source_id=row["source_video_id"],
            target_id=row["target_video_id"],
            upload_url=row["upload_url"],
            target_requested=row["target_requested"],
            target_number=row["target_number"],
            attempts=row["attempts"],
            measure=None if size is None else FileInfo(int(size), row["source_etag"]),
            chunks=tuple(chunk_of(chunk) for chunk in row["chunk_digests"]),
            source_seconds=_number(row["source_duration_seconds"]),
            uploaded_at=datetime.fromisoformat(row["uploaded_at"]) if row["uploaded_at"] else None,
            title=row["title"] or "",
            releases=row.get("releases"),
            replica=Replica(replica["key"], int(replica["bytes"])) if replica.get("bytes") else None,
        )


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def after_common(known: Sequence[Chunk], now: Sequence[Chunk]) -> tuple[int, list[Chunk]]:
    """Return the byte from which two lists of chunks differ, and the rest of the second list."""
    same = 0
    while same < len(known) and same < len(now) and known[same] == now[same]:
        same += 1
    return (now[same - 1].end if same else 0), list(now[same:])


def is_whole(chunks: Sequence[Chunk], size: int) -> bool:
    """Return True when the chunks cover the file without a gap."""
    end = 0
    for chunk in chunks:
        if chunk.begin != end or chunk.end <= chunk.begin:
            return False
        end = chunk.end
    return end == size
