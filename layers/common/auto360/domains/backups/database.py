"""Database backup: dump, encrypt, upload, read again, describe, and only then delete expired backups."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Protocol

from auto360.core.clock import Clock
from auto360.domains.backups.archive_forms import ArchiveForm, Folder, Stream, sizes
from auto360.domains.backups.errors import BackupDamaged, ObjectChanged
from auto360.domains.backups.lease import leased
from auto360.domains.backups.manifest import FILE_NAME, PREFIX, Class, Manifest, folder_of, new_id
from auto360.domains.backups.repository import Archive
from auto360.domains.backups.retention import Retention
from auto360.domains.backups.room import readable_size
from auto360.domains.backups.runs import RunKind, RunOutcome, Runs
from auto360.providers.database import Database
from auto360.providers.database.lease import Lease
from auto360.providers.object_storage import ObjectStore, ObjectStoreError, UploadSweeper
from auto360.providers.postgres_dump import DatabaseSize, DumpSource, TableChecksum

JOB = "backup_database"
# No run exceeds the limit of a function (one hour); older objects without a manifest are leftovers.
STRAY_AGE = timedelta(hours=2)
_KINDS: dict[Class, RunKind] = {"daily": "database_daily", "weekly": "database_weekly"}


class BackupStore(ObjectStore, UploadSweeper, Protocol):
    """Bucket that can be swept."""


@dataclass(frozen=True)
class DatabaseBackup:
    """Database backups, one run after the other."""

    source: DumpSource
    store: BackupStore
    archive: Archive
    database: Database
    runs: Runs
    retention: Retention
    now: Clock
    progress: Callable[[str], None]
    # For tables of `parallel_from` bytes and more.
    parallel: Folder | None = None
    parallel_from: int = 0

    def run(self, kind: Class) -> dict[str, int]:
        """Make a backup of a class. Raises AnotherRun, LeaseLost, or the failure; then nothing was deleted."""
        with leased(self.database, JOB) as lease:
            run = self.runs.begin(_KINDS[kind], lease)
            try:
                manifest, seconds = self.make(kind, before_manifest=lease.require)
            except BaseException as error:
                self.runs.failed(run, error)
                raise
            self.runs.verified(run, self._outcome(manifest, seconds))
            swept, strays = self._tidy(lease)
        return {"bytes": manifest.size, "tables": len(manifest.tables), "swept": swept, "strays": strays}

    def make(self, kind: Class, *, before_manifest: Callable[[], None]) -> tuple[Manifest, Mapping[str, float]]:
        """Dump, upload and read again; returns the manifest, and the seconds of each step."""
        started, clock = self.now(), perf_counter()
        backup_id = new_id(started, kind, secrets.token_hex(3))
        with self.source.snapshot() as snapshot, ThreadPoolExecutor(1) as beside:
            size, cluster = snapshot.size(), snapshot.cluster()
            form = self.form_for(size)
            proofs: Future[dict[str, TableChecksum]] = beside.submit(snapshot.tables, jobs=form.jobs)
            objects = form.write(snapshot, folder=folder_of(backup_id))
            tables = proofs.result()
        uploaded = perf_counter()
        stored, parts = sizes(objects)
        self.progress(f"uploaded {stored} bytes in {len(objects)} objects, {parts} parts")
        self.archive.verify_objects(objects, form.format, jobs=form.jobs)
        verified = perf_counter()
        self.progress("read again and verified")
        for item in snapshot.left_out:
            self.progress(f"left out: {item}")
        manifest = Manifest(
            id=backup_id,
            kind=kind,
            started=started,
            finished=self.now(),
            server_version=snapshot.server_version,
            tool_version=snapshot.tool_version,
            schemas=tuple(self.source.schemas),
            objects=objects,
            format=form.format,
            database_bytes=size.total,
            tables=tables,
            cluster=cluster,
            verified=self.now(),
            left_out=tuple(snapshot.left_out),
        )
        before_manifest()
        self._write(manifest)
        return manifest, {"upload_seconds": uploaded - clock, "verify_seconds": verified - uploaded}

    def form_for(self, size: DatabaseSize) -> ArchiveForm:
        """Choose by size: several workers and a folder where they are configured and the database is large enough."""
        text = f"{readable_size(size.tables)} of tables, {readable_size(size.total)} with indexes"
        if self.parallel is not None and size.tables >= self.parallel_from:
            self.progress(f"{text}: {self.parallel.jobs} workers, a file per table")
            return self.parallel
        self.progress(f"{text}: one stream")
        return Stream(self.store, self.archive.keys)

    def _write(self, manifest: Manifest) -> None:
        data = manifest.to_json(self.archive.keys)
        self.store.put(manifest.key, [data], content_type="application/json")
        if b"".join(self.store.get(manifest.key)) != data:
            raise ObjectChanged(f"{manifest.key} differs from the written one")

    def _outcome(self, manifest: Manifest, seconds: Mapping[str, float]) -> RunOutcome:
        return RunOutcome(
            object_key=manifest.objects[0].key,
            manifest_key=manifest.key,
            size=manifest.size,
            sha256=manifest.sha256,
            files=len(manifest.tables),
            details={
                "rows": manifest.rows,
                "format": manifest.format,
                "plain_bytes": manifest.plain_size,
                "server_version": manifest.server_version,
                "left_out": [str(item) for item in manifest.left_out],
                **{name: round(value, 1) for name, value in seconds.items()},
            },
            keep_until=self.retention.keep_until(manifest),
        )

    def _tidy(self, lease: Lease) -> tuple[int, int]:
        """Delete expired backups and leftovers of killed runs. A failure here leaves more, never less."""
        try:
            lease.require()
            return self._retain(), self._sweep_strays()
        except ObjectStoreError as error:
            self.progress(f"nothing more is deleted: {error}")
            return 0, 0

    def _retain(self) -> int:
        """Delete manifests first: without a manifest a dump is a stray, without its dump a manifest is damage."""
        readable = []
        for key in self.archive.manifest_keys():
            try:
                readable.append(self.archive.read(key))
            except BackupDamaged as finding:
                self.progress(f"kept, since it cannot be read: {finding}")
        over = self.retention.over(readable, now=self.now())
        for manifest in over:
            self.store.delete([manifest.key])
            self.store.delete([info.key for info in self.store.list(folder_of(manifest.id))])
        self.runs.swept([manifest.key for manifest in over])
        return len(over)

    def _sweep_strays(self) -> int:
        """Delete objects of runs without a manifest, and incomplete uploads."""
        before = self.now() - STRAY_AGE
        listed = list(self.store.list(PREFIX))
        whole = {info.key.rpartition("/")[0] for info in listed if info.key.endswith(f"/{FILE_NAME}")}
        strays = [info.key for info in listed if info.key.rpartition("/")[0] not in whole and info.modified < before]
        self.store.delete(strays)
        return len(strays) + self.store.sweep_uploads(begun_before=before, prefix=PREFIX)
