"""Ledger of replicas in the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from auto360.domains.replication import Copy
from auto360.providers.database import Database, Row, bytea
from auto360.providers.database.functions.backups_and_replication import (
    copies_known,
    copies_over,
    copy_of,
    note_copies_deleted,
    note_copy,
    note_deleted_videos,
    note_source_gone,
    note_video_copy,
)

Kind = Literal["video", "storage"]
Origin = Literal["original", "transcode"]
_PAGE = 1000


@dataclass(frozen=True)
class Copied:
    """Complete replica at VK Cloud."""

    object_key: str
    size: int
    sha256: bytes
    origin: Origin = "original"


@dataclass(frozen=True)
class CopyLedger:
    """Records and finds replicas. One row per source."""

    database: Database

    def known(self, kind: Kind, bucket: str) -> Iterator[Copy]:
        """Yield replicas of a bucket's files present at the last comparison, in the byte order of the source."""
        after = f"{bucket}/"
        while True:
            rows: list[Row] = copies_known(self.database, kind=kind, bucket=bucket, after=after, limit=_PAGE)
            yield from (_copy(row) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1]["source"]

    def of(self, kind: Kind, source: str) -> Copy | None:
        """Return the replica of one source."""
        row: Row | None = copy_of(self.database, kind=kind, source=source)
        return _copy(row) if row else None

    def note(self, kind: Kind, source: str, copied: Copied, *, etag: str | None) -> None:
        """Record a complete replica."""
        note_copy(self.database, kind=kind, source=source, etag=etag, **_proof(copied))

    def note_gone(self, kind: Kind, source: str, *, object_key: str, keep_days: int) -> None:
        """Record that the source is gone; its replica lies at `object_key` and is kept for `keep_days`."""
        note_source_gone(self.database, kind=kind, source=source, object_key=object_key, keep_days=keep_days)

    def over(self, kind: Kind, *, limit: int) -> list[tuple[str, str]]:
        """Return source and object key of expired replicas, at most `most`."""
        rows: list[Row] = copies_over(self.database, kind=kind, limit=limit)
        return [(row["source"], row["object_key"]) for row in rows]

    def note_deleted(self, kind: Kind, sources: Sequence[str]) -> None:
        """Record that the objects of these replicas were deleted."""
        note_copies_deleted(self.database, kind=kind, sources=list(sources))

    def note_video(self, video_id: str, copied: Copied, *, claim: str) -> bool:
        """Record a complete replica of a video; False when it was deleted meanwhile, or claimed by another worker."""
        return note_video_copy(self.database, video_id=video_id, claim=claim, **_proof(copied))

    def note_deleted_videos(self, *, keep_days: int) -> int:
        """Start the retention of replicas whose videos are deleted; returns their number."""
        return int(note_deleted_videos(self.database, keep_days=keep_days))


class _Proof(TypedDict):
    object_key: str
    bytes: int
    sha256: str
    origin: str


def _proof(copied: Copied) -> _Proof:
    return {
        "object_key": copied.object_key,
        "bytes": copied.size,
        "sha256": bytea(copied.sha256),
        "origin": copied.origin,
    }


def _copy(row: Row) -> Copy:
    return Copy(row["source"], row["etag"], int(row["bytes"]), bytes.fromhex(row["sha256"]), row["object_key"])
