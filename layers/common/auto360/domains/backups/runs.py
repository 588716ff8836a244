"""Record of runs in the database, for staff and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from auto360.providers.database import Database, DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.functions.backups_and_replication import (
    backup_status,
    begin_backup_run,
    end_backup_run,
    note_swept_backups,
)
from auto360.providers.database.lease import Lease

RunKind = Literal["database_daily", "database_weekly", "videos", "storage", "verification", "restore_drill"]


@dataclass(frozen=True)
class RunOutcome:
    """Result of a run. `size` is in bytes; `details` are counters and durations for people."""

    object_key: str | None = None
    manifest_key: str | None = None
    size: int | None = None
    sha256: str | None = None
    files: int | None = None
    details: Mapping[str, Any] | None = None
    keep_until: datetime | None = None
    drilled_manifest: str | None = None


class Runs:
    """Opens and closes rows of `backup_runs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, kind: RunKind, lease: Lease) -> str:
        """Open a run under a lease."""
        run: str = begin_backup_run(self._database, kind=kind, job=lease.job, fence=lease.fence)
        return run

    def verified(self, run: str, outcome: RunOutcome) -> None:
        """Close a run whose result was read again and verified."""
        self._end(run, "verified", None, outcome)

    def partial(self, run: str, outcome: RunOutcome) -> None:
        """Close a run that left work to the next one: out of time, or some files failed."""
        self._end(run, "partial", None, outcome)

    def failed(self, run: str, error: BaseException, outcome: RunOutcome | None = None) -> None:
        """Close a failed run; the finding's name comes first, for alert rules.

        A database error does not hide the finding: the next run closes the row.
        """
        with suppress(DatabaseUnavailable, DatabaseRefused):
            self._end(run, "failed", f"{type(error).__name__}: {error}", outcome or RunOutcome())

    def swept(self, manifest_keys: Sequence[str]) -> None:
        """Record expired backups that were deleted."""
        if manifest_keys:
            note_swept_backups(self._database, manifest_keys=list(manifest_keys))

    def status(self) -> list[dict[str, Any]]:
        """Per kind: the last run, the last verified one, failures since."""
        found: list[dict[str, Any]] = backup_status(self._database)
        return found

    def _end(self, run: str, state: str, failure: str | None, outcome: RunOutcome) -> None:
        end_backup_run(
            self._database,
            run=run,
            state=state,
            failure=failure,
            object_key=outcome.object_key,
            manifest_key=outcome.manifest_key,
            bytes=outcome.size,
            sha256=outcome.sha256,
            files=outcome.files,
            details=dict(outcome.details or {}),
            keep_until=outcome.keep_until.isoformat() if outcome.keep_until else None,
            drilled_manifest=outcome.drilled_manifest,
        )
