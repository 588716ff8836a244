"""Copies at VK Cloud of what users upload: videos and the files of Supabase Storage.

Keys in the backup bucket:
  videos/<our id>/<provider>.mp4         the file, and beside it `.json`, written last: what proves it
  storage/current/<bucket>/<name>        the file as it is at the source
  storage/removed/<day>/<digest>/<bucket>/<name>   what was deleted or replaced at the source on that day

Rules (audit 2.3, 7.2): files of storage are kept for 30 days after they are gone, videos for 90.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ReplicaLocation:
    """Where a run goes on: after the file that changed at this time, of files of the same time after this id."""

    changed_at: str
    id: str

    @classmethod
    def start(cls) -> "ReplicaLocation":
        """Before everything."""
        return cls("-infinity", "00000000-0000-0000-0000-000000000000")


@dataclass(frozen=True)
class SourceFile:
    """A file of Supabase Storage. `etag` is its version there, `size` is in bytes; `place` in the order of changes."""

    bucket: str
    name: str
    etag: str
    size: int
    place: ReplicaLocation | None = None

    @property
    def source(self) -> str:
        """How the ledger names it."""
        return f"{self.bucket}/{self.name}"


@dataclass(frozen=True)
class Copy:
    """A copy as the ledger knows it. `etag` is the version of the source that was copied, `size` is in bytes."""

    source: str
    etag: str | None
    size: int
    sha256: bytes
    object_key: str


class StorageFiles(Protocol):
    """The files of Supabase Storage, read past row security. Methods raise ObjectStoreError."""

    def changes(self, after: ReplicaLocation, *, until: datetime) -> Iterator[SourceFile]:
        """What came or changed after a place and not after a time, the oldest first, each with its place."""

    def buckets(self) -> tuple[str, ...]:
        """The buckets that are copied."""

    def listed(self, bucket: str) -> Iterator[SourceFile]:
        """Every file of a bucket as the storage lists it, in the byte order of names."""

    def read(self, bucket: str, name: str) -> Iterator[bytes]:
        """The bytes of a file. Raises ObjectMissing."""
