"""Restore drill: restore the newest backup into a temporary server, compare, measure and record it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, timedelta
from time import perf_counter

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.domains.backups.errors import ContentDiffers
from auto360.domains.backups.lease import leased
from auto360.domains.backups.manifest import Manifest, folder_of
from auto360.domains.backups.repository import Archive
from auto360.domains.backups.restore import Restore, RestoreTarget
from auto360.domains.backups.room import Room
from auto360.domains.backups.runs import RunOutcome, Runs
from auto360.providers.database import Database
from auto360.providers.postgres_dump import LeftOut, TableChecksum

JOB = "restore_drill"
# An empty server: its catalogue, its log of 256 MB, and its programs where they have to be copied.
SERVER_BYTES = 400_000_000


class DrillSettings(EnvSettings):
    """`DRILL_FOLDER`: where the server of the drill keeps its data; empty: the system's temporary folder.

    `DRILL_JOBS`: workers that restore an archive of several files.
    """

    drill_folder: str = ""
    # docs/reference/limits.md, section 8.2: a corrupt database is restored within two hours, and loses a day at most.
    drill_max_hours: float = 2.0
    drill_oldest_hours: float = 26.0
    drill_jobs: int = Field(2, ge=1, le=16)

    def room(self) -> Room:
        """Return the folder for the server, and for an archive of several files."""
        return Room.named(self.drill_folder, setting="DRILL_FOLDER")


@dataclass(frozen=True)
class DrillResult:
    """Target server of a drill, and its row security check."""

    target: RestoreTarget
    row_security: Callable[[Mapping[str, TableChecksum]], list[str]]


@dataclass(frozen=True)
class Drill:
    """Restore drills, one after the other."""

    archive: Archive
    server: Callable[[], AbstractContextManager[DrillResult]]
    database: Database
    runs: Runs
    settings: DrillSettings
    now: Clock
    progress: Callable[[str], None]
    room: Room

    def run(self) -> dict[str, int]:
        """Restore the newest backup. Raises the finding by name; the run is recorded either way."""
        with leased(self.database, JOB) as lease:
            run = self.runs.begin("restore_drill", lease)
            manifest: Manifest | None = None
            try:
                manifest = self.archive.newest()
                seconds, left_out = self._restore(manifest)
                self._require_fresh(manifest, seconds)
            except BaseException as error:
                self.runs.failed(run, error, RunOutcome(drilled_manifest=manifest.key if manifest else None))
                raise
            key = self._write_down(manifest, seconds)
            self.runs.verified(run, self._outcome(manifest, key, seconds, left_out))
        return {"tables": len(manifest.tables), "rows": manifest.rows, "seconds": round(seconds)}

    def _restore(self, manifest: Manifest) -> tuple[float, list[LeftOut]]:
        began = perf_counter()
        self.room.require(room_needed(manifest), purpose="the drill", progress=self.progress)
        with self.server() as rehearsed:
            restore = Restore(self.archive, self.progress, self.room, self.settings.drill_jobs)
            left_out = restore.into_blank(manifest, rehearsed.target)
            findings = rehearsed.row_security(manifest.tables)
        if findings:
            raise ContentDiffers("; ".join(findings)[:1500])
        return perf_counter() - began, left_out

    def _require_fresh(self, manifest: Manifest, seconds: float) -> None:
        """Raise ContentDiffers for a backup that restores, but is too old or too slow."""
        age = self.now() - manifest.started
        if age > timedelta(hours=self.settings.drill_oldest_hours):
            raise ContentDiffers(f"{manifest.key} restores, but is {age.total_seconds() / 3600:.0f} hours old")
        if seconds > self.settings.drill_max_hours * 3600:
            raise ContentDiffers(f"{manifest.key} restores, but takes {seconds / 3600:.1f} hours")

    def _write_down(self, manifest: Manifest, seconds: float) -> str:
        moment = self.now().astimezone(UTC)
        key = f"{folder_of(manifest.id)}drill-{moment:%Y%m%dT%H%M%SZ}.json"
        result = {"at": moment.isoformat(), "seconds": round(seconds, 1), "rows": manifest.rows}
        self.archive.store.put(key, [json.dumps(result).encode()], content_type="application/json")
        return key

    def _outcome(self, manifest: Manifest, key: str, seconds: float, left_out: Sequence[LeftOut]) -> RunOutcome:
        return RunOutcome(
            object_key=key,
            manifest_key=manifest.key,
            size=manifest.size,
            sha256=manifest.sha256,
            files=len(manifest.tables),
            details={
                "seconds": round(seconds, 1),
                "rows": manifest.rows,
                "backup_age_hours": round((self.now() - manifest.started).total_seconds() / 3600, 1),
                "left_out": [str(item) for item in left_out],
            },
            drilled_manifest=manifest.key,
        )


def room_needed(manifest: Manifest) -> int:
    """Return the bytes that a drill writes: the database with its indexes, the server's own, an archive of files."""
    # Manifests of the first version lack the size on the server: text grows by about half in tables and indexes.
    database = manifest.database_bytes or 2 * manifest.plain_size
    archive = manifest.plain_size if manifest.format == "directory" else 0
    return database + archive + SERVER_BYTES
