"""Replicas of user files at VK Cloud: videos and the files of Supabase Storage.

Keys in the backup bucket:
  videos/<our id>/<provider>.mp4         the file, and beside it its proof `.json`, written last
  storage/current/<bucket>/<name>        the file as it is at the source
  storage/removed/<day>/<digest>/<bucket>/<name>   files deleted or replaced at the source on that day

Retention (docs/reference/limits.md, section 2.3): replicas of deleted files 30 days, of deleted videos 90 days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ReplicaLocation:
    """Position of a run: after the file that changed at this time, among equals after this id."""

    changed_at: str
    id: str

    @classmethod
    def start(cls) -> "ReplicaLocation":
        """Return the position before all files."""
        return cls("-infinity", "00000000-0000-0000-0000-000000000000")


@dataclass(frozen=True)
class SourceFile:
    """File of Supabase Storage. `etag` is its version there, `size` is in bytes; `place` in the order of changes."""

    bucket: str
    name: str
    etag: str
    size: int
    place: ReplicaLocation | None = None

    @property
    def source(self) -> str:
        """Return the name of the file in the ledger."""
        return f"{self.bucket}/{self.name}"


@dataclass(frozen=True)
class Copy:
    """Replica as the ledger records it. `etag` is the replicated version of the source, `size` is in bytes."""

    source: str
    etag: str | None
    size: int
    sha256: bytes
    object_key: str


class StorageFiles(Protocol):
    """Files of Supabase Storage, read past row security. Methods raise ObjectStoreError."""

    def changes(self, after: ReplicaLocation, *, until: datetime) -> Iterator[SourceFile]:
        """Yield files changed after a position and up to a time, oldest first, each with its position."""

    def buckets(self) -> tuple[str, ...]:
        """Return the replicated buckets."""

    def listed(self, bucket: str) -> Iterator[SourceFile]:
        """Yield every file of a bucket as the storage lists it, in the byte order of names."""

    def read(self, bucket: str, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file. Raises ObjectMissing."""
