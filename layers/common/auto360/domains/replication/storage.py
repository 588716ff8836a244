"""Replication of Supabase Storage: changes hourly, a full comparison daily.

The hourly run removes nothing. The daily one moves replicas of deleted files to a dated prefix, as its last step and
only after no failure; a source that is suddenly empty or much smaller stops it (docs/reference/backups.md, section 3).
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.domains.backups.errors import SourceShrank
from auto360.domains.replication import Copy, ReplicaLocation, SourceFile, StorageFiles
from auto360.domains.replication.ledger import Copied, CopyLedger
from auto360.providers.database.lease import Lease
from auto360.providers.object_storage import ObjectMissing, ObjectStore

CURRENT, REMOVED = "storage/current", "storage/removed"
# A change is stored a moment before its commit: before a younger one others may still appear.
_SETTLED = timedelta(minutes=2)
_READ_BYTES = 1024 * 1024
# Smaller files stay in memory while they are hashed.
_IN_MEMORY_BYTES = 4 * 1024 * 1024


class StoragePolicy(EnvSettings):
    """Retention of deleted files' replicas, and the share of a source that may vanish before staff must decide."""

    storage_copy_keep_days: int = Field(30, ge=1)
    storage_max_gone_share: float = Field(0.2, gt=0, le=1)
    storage_min_gone: int = Field(20, ge=0)


@dataclass
class StorageRunStats:
    """Counters of a run; bytes are those copied."""

    seen: int = 0
    copied: int = 0
    bytes: int = 0
    set_aside: int = 0
    deleted: int = 0
    gone_meanwhile: int = 0


@dataclass(frozen=True)
class StorageCopies:
    """Storage replication and its dependencies."""

    files: StorageFiles
    store: ObjectStore
    ledger: CopyLedger
    policy: StoragePolicy
    now: Clock
    counted: StorageRunStats = field(default_factory=StorageRunStats)

    def copy_changes(self, lease: Lease, *, until: datetime) -> bool:
        """Replicate changes since the last run; False where `until` came first and the next run continues."""
        kept = lease.cursor
        after = ReplicaLocation(kept["changed_at"], kept["id"]) if "changed_at" in kept else ReplicaLocation.start()
        for file in self.files.changes(after, until=self.now() - _SETTLED):
            if self.now() >= until:
                return False
            self.copy(file)
            if file.place is not None:
                lease.cursor.update(changed_at=file.place.changed_at, id=file.place.id)
            lease.require()
        return True

    def compare(self, lease: Lease) -> None:
        """Replicate missed files, then move aside replicas of deleted ones. Raises SourceShrank."""
        gone: list[Copy] = []
        for bucket in self.files.buckets():
            gone += self._compare_bucket(bucket, lease)
        lease.require()
        keep_days = self.policy.storage_copy_keep_days
        for copy in gone:
            aside = self._set_aside(copy)
            self.store.delete([copy.object_key])
            self.ledger.note_gone("storage", copy.source, object_key=aside, keep_days=keep_days)
        self._delete_old(lease)

    def copy(self, file: SourceFile) -> None:
        """Replicate a file unless this version is replicated. The version before is kept like a deleted file."""
        self.counted.seen += 1
        known = self.ledger.of("storage", file.source)
        if known is None or known.etag != file.etag or known.size != file.size:
            self._copy(file, known)

    def _compare_bucket(self, bucket: str, lease: Lease) -> list[Copy]:
        """Merge source and ledger, both in the byte order of names; returns replicas without a source."""
        known = self.ledger.known("storage", bucket)
        gone: list[Copy] = []
        present, next_copy = 0, next(known, None)
        for file in self.files.listed(bucket):
            self.counted.seen += 1
            while next_copy is not None and _order(next_copy.source) < _order(file.source):
                gone.append(next_copy)
                next_copy = next(known, None)
            same = next_copy if next_copy is not None and next_copy.source == file.source else None
            if same is None or same.etag != file.etag or same.size != file.size:
                self._copy(file, same)
                lease.require()
            if same is not None:
                present += 1
                next_copy = next(known, None)
        while next_copy is not None:
            gone.append(next_copy)
            next_copy = next(known, None)
        allowed = self.policy.storage_max_gone_share * (present + len(gone))
        if len(gone) > (max(allowed, self.policy.storage_min_gone) if present else allowed):
            raise SourceShrank(f"{bucket}: {len(gone)} of {present + len(gone)} files are gone at once")
        return gone

    def _copy(self, file: SourceFile, known: Copy | None) -> None:
        key = f"{CURRENT}/{file.source}"
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
            try:
                size, digest = _spooled(self.files.read(file.bucket, file.name), spool)
            except ObjectMissing:
                self.counted.gone_meanwhile += 1
                return
            copied = Copied(key, size, digest)
            # A replica without a source version was found damaged: the same bytes must be written again.
            if known is None or known.sha256 != digest or known.etag is None:
                if known is not None and known.sha256 != digest:
                    self._set_aside(known)
                spool.seek(0)
                self.store.put(key, _pieces(spool), metadata={"sha256": digest.hex()})
                self.counted.copied += 1
                self.counted.bytes += size
        self.ledger.note("storage", file.source, copied, etag=file.etag)

    def _set_aside(self, copy: Copy) -> str:
        """Copy a replica to a dated prefix and return its new key. A run killed after this leaves two, never none."""
        aside = f"{REMOVED}/{self.now():%Y-%m-%d}/{copy.sha256.hex()[:12]}/{copy.source}"
        if self.store.head(copy.object_key) is not None:
            self.store.copy(copy.object_key, to=aside)
            self.counted.set_aside += 1
        return aside

    def _delete_old(self, lease: Lease) -> None:
        """Delete expired dated prefixes with their ledger rows."""
        first_kept = f"{REMOVED}/{self.now() - timedelta(days=self.policy.storage_copy_keep_days):%Y-%m-%d}"
        for found in self.store.list(f"{REMOVED}/"):
            if found.key >= first_kept:
                break
            self.store.delete([found.key])
            self.counted.deleted += 1
            if self.counted.deleted % 100 == 0:
                lease.require()
        while over := self.ledger.over("storage", limit=500):
            self.ledger.note_deleted("storage", [source for source, _ in over])


def _order(source: str) -> bytes:
    return source.encode()


def _spooled(chunks: Iterator[bytes], spool: IO[bytes]) -> tuple[int, bytes]:
    size, hasher = 0, hashlib.sha256()
    for chunk in chunks:
        spool.write(chunk)
        hasher.update(chunk)
        size += len(chunk)
    return size, hasher.digest()


def _pieces(spool: IO[bytes]) -> Iterator[bytes]:
    while chunk := spool.read(_READ_BYTES):
        yield chunk
