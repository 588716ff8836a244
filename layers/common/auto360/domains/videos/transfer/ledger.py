"""Ledger of one run. Every method is one SQL function, which decides under a lock or answers: too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auto360.domains.videos.transfer.entries import TransferEntry, after_common, row_of
from auto360.domains.videos.transfer.policy import MigrationPolicy
from auto360.providers.database import Database
from auto360.providers.database.functions.video_transfer import (
    video_migration_plan,
    video_migration_status,
    video_migration_under_way,
)
from auto360.providers.database.functions.video_transfer_claims import (
    video_migration_claim,
    video_migration_claim_uploaded,
    video_migration_release_lease,
)
from auto360.providers.database.functions.video_transfer_release import (
    video_migration_begin_release,
    video_migration_claim_release,
    video_migration_close_deleted,
    video_migration_released,
)
from auto360.providers.database.functions.video_transfer_steps import (
    video_migration_failed,
    video_migration_forget_target,
    video_migration_not_ready,
    video_migration_progress,
    video_migration_ready,
    video_migration_request_target,
    video_migration_source,
    video_migration_target,
    video_migration_uploaded,
)
from auto360.providers.database.functions.video_transfer_switch import (
    video_migration_confirmed,
    video_migration_rollback_held,
    video_migration_switch,
)
from auto360.providers.video.copying import Chunk, FileInfo


class TransferLeaseLost(Exception):
    """Entry no longer belongs to this run. `outcome`: lost, paused, skipped; `reason` where it has one."""

    def __init__(self, outcome: str, reason: str = "") -> None:
        super().__init__(outcome)
        self.outcome, self.reason = outcome, reason


class TransferSourceChanged(Exception):
    """Source has another size or version than when the copy was started."""


@dataclass(frozen=True)
class Claim:
    """Claimed entry, or the reason of its absence."""

    entry: TransferEntry | None
    reason: str = ""


@dataclass(frozen=True)
class Ledger:
    """Ledger of one run. `holder` is unique per run."""

    database: Database
    holder: str
    policy: MigrationPolicy

    def plan(self, limit: int) -> dict[str, int]:
        """Enter more videos; returns the numbers of planned and omitted ones."""
        planned: dict[str, int] = video_migration_plan(self.database, limit=limit)
        return planned

    def status(self) -> dict[str, Any]:
        """Return counts of all kinds, for people and for the checks before a run."""
        status: dict[str, Any] = video_migration_status(
            self.database, daily_limit=self.policy.video_migration_daily_limit
        )
        return status

    def claim(self, *, may_begin: bool, only: Sequence[str] | None) -> Claim:
        """Claim the next due entry; a new one only with `may_begin`, within the daily limit and the budget."""
        answer = video_migration_claim(
            self.database,
            holder=self.holder,
            lease_seconds=self.policy.video_migration_lease_seconds,
            daily_limit=self.policy.video_migration_daily_limit,
            budget_seconds=self.policy.budget_seconds,
            begin=may_begin,
            only=only,
        )
        row = answer.get("entry")
        return Claim(TransferEntry.from_row(row) if row else None, answer.get("reason", ""))

    def claim_uploaded(self, *, limit: int, only: Sequence[str] | None) -> list[TransferEntry]:
        """Claim entries whose copy may be ready by now."""
        lease = self.policy.video_migration_lease_seconds
        rows = video_migration_claim_uploaded(
            self.database, holder=self.holder, lease_seconds=lease, limit=limit, only=only
        )
        return [TransferEntry.from_row(row) for row in rows]

    def under_way(self, only: Sequence[str] | None) -> int:
        """Return the number of entries due within ten minutes."""
        return int(video_migration_under_way(self.database, only=only, seconds=600))

    def claim_release(self) -> TransferEntry | None:
        """Claim an entry with a copy that is no longer needed."""
        lease = self.policy.video_migration_lease_seconds
        row = video_migration_claim_release(self.database, holder=self.holder, lease_seconds=lease)
        return TransferEntry.from_row(row) if row else None

    def source(
        self,
        entry: TransferEntry,
        measure: FileInfo,
        *,
        seconds: float,
        size: tuple[int | None, int | None],
        projection: str,
    ) -> None:
        """Record the source of the copy. Raises TransferLeaseLost, TransferSourceChanged."""
        answer = video_migration_source(
            self.database,
            id=entry.id,
            holder=self.holder,
            bytes=measure.bytes,
            etag=measure.etag,
            seconds=seconds,
            width=size[0],
            height=size[1],
            projection=projection,
        )
        if answer["outcome"] == "source_changed":
            raise TransferSourceChanged
        _require_ok(answer)

    def request_target(self, entry: TransferEntry) -> bool:
        """Record a copy before it is requested; returns True for the first one. Raises TransferLeaseLost."""
        answer = video_migration_request_target(self.database, id=entry.id, holder=self.holder)
        _require_ok(answer)
        return bool(answer["is_first"])

    def target(self, entry: TransferEntry, target_id: str, upload_url: str | None) -> None:
        """Record the copy and its upload address. Raises TransferLeaseLost."""
        answer = video_migration_target(
            self.database, id=entry.id, holder=self.holder, target_video_id=target_id, upload_url=upload_url
        )
        _require_ok(answer)

    def forget_target(self, entry: TransferEntry, reason: str) -> None:
        """Discard the copy and start again. Raises TransferLeaseLost."""
        _require_ok(video_migration_forget_target(self.database, id=entry.id, holder=self.holder, reason=reason))

    def progress(self, entry: TransferEntry, known: Sequence[Chunk], now: Sequence[Chunk]) -> None:
        """Record the chunks at the target. Raises TransferLeaseLost, also while the transfer is paused."""
        begin, chunks = after_common(known, now)
        answer = video_migration_progress(
            self.database,
            id=entry.id,
            holder=self.holder,
            lease_seconds=self.policy.video_migration_lease_seconds,
            from_=begin,
            chunks=[row_of(chunk) for chunk in chunks],
        )
        _require_ok(answer)

    def uploaded(self, entry: TransferEntry) -> None:
        """Record that every byte arrived. Raises TransferLeaseLost."""
        _require_ok(video_migration_uploaded(self.database, id=entry.id, holder=self.holder))

    def not_ready(self, entries: Sequence[TransferEntry]) -> None:
        """Check these again later."""
        video_migration_not_ready(
            self.database,
            ids=[entry.id for entry in entries],
            holder=self.holder,
            seconds=self.policy.video_migration_poll_seconds,
        )

    def ready(self, entry: TransferEntry, *, seconds: float) -> None:
        """Record a verified copy of `seconds` length. Raises TransferLeaseLost."""
        _require_ok(video_migration_ready(self.database, id=entry.id, holder=self.holder, seconds=seconds))

    def switch(self, entry: TransferEntry, place: Mapping[str, str | None]) -> None:
        """Play the copy. Raises TransferLeaseLost."""
        answer = video_migration_switch(
            self.database,
            id=entry.id,
            holder=self.holder,
            place=dict(place),
            fallback_days=self.policy.video_migration_fallback_days,
            confirm_seconds=self.policy.video_migration_confirm_seconds,
        )
        _require_ok(answer)

    def confirmed(self, entry: TransferEntry) -> None:
        """Record that the copy still plays. Raises TransferLeaseLost."""
        days = self.policy.video_migration_fallback_days
        _require_ok(video_migration_confirmed(self.database, id=entry.id, holder=self.holder, fallback_days=days))

    def roll_back(self, entry: TransferEntry, reason: str) -> str:
        """Play the source again; returns the outcome."""
        keep = self.policy.video_migration_rolled_back_days
        answer = video_migration_rollback_held(
            self.database, id=entry.id, holder=self.holder, reason=reason, keep_days=keep
        )
        return str(answer["outcome"])

    def failed(self, entry: TransferEntry, reason: str, *, is_final: bool = False) -> str:
        """Record a failure: `retryable`, `final` (given up), or `lost`."""
        answer = video_migration_failed(
            self.database,
            id=entry.id,
            holder=self.holder,
            reason=reason,
            is_final=is_final,
            max_attempts=self.policy.video_migration_attempts,
            retry_seconds=self.policy.video_migration_retry_seconds,
        )
        return str(answer["outcome"])

    def let_go(self, entry: TransferEntry, *, seconds: float = 0, reason: str | None = None) -> None:
        """Release the entry without a failure; another run may continue after `seconds`."""
        whole = int(seconds) + (seconds > int(seconds))
        video_migration_release_lease(self.database, id=entry.id, holder=self.holder, seconds=whole, reason=reason)

    def begin_release(self, entry: TransferEntry) -> str | None:
        """Return the obstacle to deleting the source, None without one. Raises TransferLeaseLost."""
        answer = video_migration_begin_release(self.database, id=entry.id, holder=self.holder)
        if answer["outcome"] == "kept":
            return str(answer["reason"])
        _require_ok(answer)
        return None

    def released(self, entry: TransferEntry) -> None:
        """Record the deletion of the unneeded copy. Raises TransferLeaseLost."""
        _require_ok(video_migration_released(self.database, id=entry.id, holder=self.holder))

    def close_deleted(self) -> int:
        """Close entries whose videos were deleted after the switch; returns their number."""
        return int(video_migration_close_deleted(self.database))


def _require_ok(answer: Mapping[str, Any]) -> None:
    if answer["outcome"] != "ok":
        raise TransferLeaseLost(answer["outcome"], answer.get("reason", ""))
