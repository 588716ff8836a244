"""Ledger of replicas in the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auto360.domains.replication import Copy
from auto360.providers.database import Database, Row, bytea

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
        """Yield replicas of a bucket's files present at the last look, in the byte order of the source."""
        after = f"{bucket}/"
        while True:
            arguments = {"p_kind": kind, "p_bucket": bucket, "p_after": after, "p_limit": _PAGE}
            rows: list[Row] = self.database.call("copies_known", arguments)
            yield from (_copy(row) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1]["source"]

    def of(self, kind: Kind, source: str) -> Copy | None:
        """Return the replica of one source."""
        row: Row | None = self.database.call("copy_of", {"p_kind": kind, "p_source": source})
        return _copy(row) if row else None

    def note(self, kind: Kind, source: str, copied: Copied, *, etag: str | None) -> None:
        """Record a complete replica."""
        self.database.call("note_copy", {"p_kind": kind, "p_source": source, "p_etag": etag, **_proof(copied)})

    def note_gone(self, kind: Kind, source: str, *, object_key: str, keep_days: int) -> None:
        """Record that the source is gone; its replica lies at `object_key` and is kept for `keep_days`."""
        arguments = {"p_kind": kind, "p_source": source, "p_object_key": object_key, "p_keep_days": keep_days}
        self.database.call("note_source_gone", arguments)

    def over(self, kind: Kind, *, most: int) -> list[tuple[str, str]]:
        """Return source and object key of expired replicas, at most `most`."""
        rows: list[Row] = self.database.call("copies_over", {"p_kind": kind, "p_limit": most})
        return [(row["source"], row["object_key"]) for row in rows]

    def note_deleted(self, kind: Kind, sources: Sequence[str]) -> None:
        """Record that the objects of these replicas were deleted."""
        self.database.call("note_copies_deleted", {"p_kind": kind, "p_sources": list(sources)})

    def note_video(self, video_id: str, copied: Copied) -> bool:
        """Record a complete replica of a video; False when the video was deleted meanwhile."""
        return bool(self.database.call("note_video_copy", {"p_video_id": video_id, **_proof(copied)}))

    def note_deleted_videos(self, *, keep_days: int) -> int:
        """Start the retention of replicas whose videos are deleted; returns how many."""
        return int(self.database.call("note_deleted_videos", {"p_keep_days": keep_days}))


def _proof(copied: Copied) -> dict[str, Any]:
    return {
        "p_object_key": copied.object_key,
        "p_bytes": copied.size,
        "p_sha256": bytea(copied.sha256),
        "p_origin": copied.origin,
    }


def _copy(row: Row) -> Copy:
    return Copy(row["source"], row["etag"], int(row["bytes"]), bytes.fromhex(row["sha256"]), row["object_key"])
