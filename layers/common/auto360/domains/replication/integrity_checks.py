"""Daily integrity checks: a share of all replicas is read again and hashed."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row, bytea
from auto360.providers.database.functions.backups_and_replication import note_copy_damaged, note_copy_verified
from auto360.providers.database.functions.video_replication import copies_check_claim
from auto360.providers.database.lease import Lease
from auto360.providers.object_storage import ObjectMissing, ObjectStore

_PAGE = 5
# Longer than a run and than the platform's limit.
_CLAIM_SECONDS = 900


class CopiesDamaged(RuntimeError):
    """Replicas missing or altered; the message names the first of them."""


class SamplePolicy(EnvSettings):
    """Days within which each replica is read again."""

    copies_read_again_days: int = Field(30, ge=1)


@dataclass
class CheckRunStats:
    """Counters of a run, in replicas and bytes."""

    read: int = 0
    bytes: int = 0
    damaged: int = 0


@dataclass(frozen=True)
class Samples:
    """Reads replicas again, the longest unread first. Parallel workers never read the same one."""

    database: Database
    store: ObjectStore
    policy: SamplePolicy
    now: Clock
    counted: CheckRunStats = field(default_factory=CheckRunStats)

    def read_again(self, lease: Lease, *, until: datetime) -> bool:
        """Read until nothing is due; False where `until` came first. Raises CopiesDamaged at the end."""
        damaged: list[str] = []
        is_complete = False
        while self.now() < until and not is_complete:
            rows = self._claimed()
            for row in rows:
                if not self._is_right(row):
                    damaged.append(row["object_key"])
                lease.require()
            is_complete = not rows
        if damaged:
            raise CopiesDamaged(f"{len(damaged)} damaged: {', '.join(damaged[:10])}")
        return is_complete

    def _claimed(self) -> list[Row]:
        days = self.policy.copies_read_again_days
        rows: list[Row] = copies_check_claim(self.database, share_days=days, limit=_PAGE, seconds=_CLAIM_SECONDS)
        return rows

    def _is_right(self, row: Row) -> bool:
        size, hasher = 0, hashlib.sha256()
        try:
            for chunk in self.store.get(row["object_key"]):
                hasher.update(chunk)
                size += len(chunk)
        except ObjectMissing:
            size = -1
        is_right: bool = size == row["bytes"] and hasher.hexdigest() == row["sha256"]
        self.counted.read += 1
        self.counted.bytes += max(size, 0)
        self.counted.damaged += not is_right
        note = note_copy_verified if is_right else note_copy_damaged
        note(self.database, kind=row["kind"], source=row["source"], sha256=bytea(bytes.fromhex(row["sha256"])))
        return is_right
