"""Ledger as one run sees it. Every method is one SQL function, which decides under a lock or answers: too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auto360.domains.videos.transfer.entries import TransferEntry, after_common, row_of
from auto360.domains.videos.transfer.policy import MigrationPolicy
from auto360.providers.database import Database
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
    """Claimed entry, or the reason why there is none."""

    entry: TransferEntry | None
    reason: str = ""


@dataclass(frozen=True)
class Ledger:
    """Ledger of one run. `holder` is unique per run."""

    database: Database
    holder: str
    policy: MigrationPolicy

    def plan(self, most: int) -> dict[str, int]:
        """Enter more videos; returns how many were planned and left out."""
        planned: dict[str, int] = self.database.call("video_migration_plan", {"p_limit": most})
        return planned

    def status(self) -> dict[str, Any]:
        """Return counts of all kinds, for people and for the checks before a run."""
        arguments = {"p_daily_limit": self.policy.video_migration_daily_limit}
        status: dict[str, Any] = self.database.call("video_migration_status", arguments)
        return status

    def claim(self, *, may_begin: bool, only: Sequence[str] | None) -> Claim:
        """Claim the next due entry; a new one only with `may_begin`, within the daily limit and the budget."""
        answer = self.database.call(
            "video_migration_claim",
            {
                **self._held(),
                "p_daily_limit": self.policy.video_migration_daily_limit,
                "p_budget_seconds": self.policy.budget_seconds,
                "p_begin": may_begin,
                "p_only": only,
            },
        )
        row = answer.get("entry")
        return Claim(TransferEntry.from_row(row) if row else None, answer.get("reason", ""))

    def claim_uploaded(self, *, most: int, only: Sequence[str] | None) -> list[TransferEntry]:
        """Claim entries whose copy may be ready by now."""
        rows = self.database.call("video_migration_claim_uploaded", {**self._held(), "p_most": most, "p_only": only})
        return [TransferEntry.from_row(row) for row in rows]

    def under_way(self, only: Sequence[str] | None) -> int:
        """Return the number of entries due within ten minutes."""
        return int(self.database.call("video_migration_under_way", {"p_only": only, "p_seconds": 600}))

    def claim_release(self) -> TransferEntry | None:
        """Claim an entry with a copy that is no longer needed."""
        row = self.database.call("video_migration_claim_release", self._held())
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
        answer = self._step(
            "source",
            entry,
            p_bytes=measure.bytes,
            p_etag=measure.etag,
            p_seconds=seconds,
            p_width=size[0],
            p_height=size[1],
            p_projection=projection,
        )
        if answer["outcome"] == "source_changed":
            raise TransferSourceChanged
        _require_ok(answer)

    def request_target(self, entry: TransferEntry) -> bool:
        """Record a copy before it is requested; return whether it is the first. Raises TransferLeaseLost."""
        answer = self._step("request_target", entry)
        _require_ok(answer)
        return bool(answer["is_first"])

    def target(self, entry: TransferEntry, target_id: str, upload_url: str | None) -> None:
        """Record the copy and its upload address. Raises TransferLeaseLost."""
        _require_ok(self._step("target", entry, p_target_video_id=target_id, p_upload_url=upload_url))

    def forget_target(self, entry: TransferEntry, reason: str) -> None:
        """Forget the copy and start again. Raises TransferLeaseLost."""
        _require_ok(self._step("forget_target", entry, p_reason=reason))

    def progress(self, entry: TransferEntry, known: Sequence[Chunk], now: Sequence[Chunk]) -> None:
        """Record the chunks at the target. Raises TransferLeaseLost, also while the transfer is paused."""
        begin, chunks = after_common(known, now)
        answer = self._step(
            "progress",
            entry,
            p_lease_seconds=self.policy.video_migration_lease_seconds,
            p_from=begin,
            p_chunks=[row_of(chunk) for chunk in chunks],
        )
        _require_ok(answer)

    def uploaded(self, entry: TransferEntry) -> None:
        """Record that every byte arrived. Raises TransferLeaseLost."""
        _require_ok(self._step("uploaded", entry))

    def not_ready(self, entries: Sequence[TransferEntry]) -> None:
        """Check these again later."""
        arguments = {
            "p_ids": [entry.id for entry in entries],
            "p_holder": self.holder,
            "p_seconds": self.policy.video_migration_poll_seconds,
        }
        self.database.call("video_migration_not_ready", arguments)

    def ready(self, entry: TransferEntry, *, seconds: float) -> None:
        """Record a verified copy of `seconds` length. Raises TransferLeaseLost."""
        _require_ok(self._step("ready", entry, p_seconds=seconds))

    def switch(self, entry: TransferEntry, place: Mapping[str, str | None]) -> None:
        """Play the copy. Raises TransferLeaseLost."""
        answer = self._step(
            "switch",
            entry,
            p_place=dict(place),
            p_fallback_days=self.policy.video_migration_fallback_days,
            p_confirm_seconds=self.policy.video_migration_confirm_seconds,
        )
        _require_ok(answer)

    def confirmed(self, entry: TransferEntry) -> None:
        """Record that it still plays. Raises TransferLeaseLost."""
        _require_ok(self._step("confirmed", entry, p_fallback_days=self.policy.video_migration_fallback_days))

    def roll_back(self, entry: TransferEntry, reason: str) -> str:
        """Play the source again; returns the outcome."""
        keep = self.policy.video_migration_rolled_back_days
        return str(self._step("rollback_held", entry, p_reason=reason, p_keep_days=keep)["outcome"])

    def failed(self, entry: TransferEntry, reason: str, *, is_final: bool = False) -> str:
        """Record a failure: `retryable`, `final` (given up), or `lost`."""
        answer = self._step(
            "failed",
            entry,
            p_reason=reason,
            p_is_final=is_final,
            p_most_attempts=self.policy.video_migration_attempts,
            p_retry_seconds=self.policy.video_migration_retry_seconds,
        )
        return str(answer["outcome"])

    def let_go(self, entry: TransferEntry, *, seconds: float = 0, reason: str | None = None) -> None:
        """Release the entry without a failure; another run may continue after `seconds`."""
        whole = int(seconds) + (seconds > int(seconds))
        self._step("release_lease", entry, p_seconds=whole, p_reason=reason)

    def begin_release(self, entry: TransferEntry) -> str | None:
        """Return the obstacle to deleting the source, None without one. Raises TransferLeaseLost."""
        answer = self._step("begin_release", entry)
        if answer["outcome"] == "kept":
            return str(answer["reason"])
        _require_ok(answer)
        return None

    def released(self, entry: TransferEntry) -> None:
        """Record the deletion of the unneeded copy. Raises TransferLeaseLost."""
        _require_ok(self._step("released", entry))

    def close_deleted(self) -> int:
        """Close entries whose videos were deleted after the switch; returns how many."""
        return int(self.database.call("video_migration_close_deleted", {}))

    def _held(self) -> dict[str, Any]:
        return {"p_holder": self.holder, "p_lease_seconds": self.policy.video_migration_lease_seconds}

    def _step(self, name: str, entry: TransferEntry, **arguments: Any) -> Any:
        held = {"p_id": entry.id, "p_holder": self.holder}
        return self.database.call(f"video_migration_{name}", held | arguments)


def _require_ok(answer: Mapping[str, Any]) -> None:
    if answer["outcome"] != "ok":
        raise TransferLeaseLost(answer["outcome"], answer.get("reason", ""))
