"""Wiring of backups: database, stores, keys."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database
from auto360.container.object_storage import backup_store
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auto360.domains.backups.database import DatabaseBackup
    from auto360.domains.backups.drill import Drill, DrillResult
    from auto360.domains.backups.repository import Archive
    from auto360.domains.backups.runs import Runs
    from auto360.domains.backups.schedule import Report, Schedule

_LOG = logging.getLogger("auto360.domains.backups")


@cache
def schedule() -> Schedule:
    """Build the jobs that timers start."""
    from auto360.domains.backups.schedule import Schedule

    return Schedule(
        {
            "database_daily": lambda: database_backup().run("daily"),
            "database_weekly": lambda: database_backup().run("weekly"),
        }
    )


@cache
def archive() -> Archive:
    """Build the repository of database backups at VK Cloud."""
    from auto360.domains.backups.keys import BackupKeySettings
    from auto360.domains.backups.repository import Archive

    return Archive(backup_store(), BackupKeySettings.load().keys())


@cache
def runs() -> Runs:
    from auto360.domains.backups.runs import Runs

    return Runs(database())


@cache
def database_backup() -> DatabaseBackup:
    from auto360.domains.backups.archive_forms import ArchiveSettings, Folder
    from auto360.domains.backups.database import DatabaseBackup
    from auto360.domains.backups.retention import RetentionSettings
    from auto360.providers.postgres_dump.binaries import DumpSettings
    from auto360.providers.postgres_dump.postgres import PostgresSource

    settings = DumpSettings.load()
    source = PostgresSource(settings.address(), settings.schemas)
    retention = RetentionSettings.load().policy()
    work = ArchiveSettings.load()
    parallel = None
    if work.backup_jobs > 1:
        parallel = Folder(backup_store(), archive().keys, work.backup_jobs, work.room(), _LOG.info)
    return DatabaseBackup(
        source,
        backup_store(),
        archive(),
        database(),
        runs(),
        retention,
        utc_now,
        _LOG.info,
        parallel,
        int(work.backup_parallel_gb * 1e9),
    )


@cache
def restore_drill() -> Drill:
    """Build the drill, on a temporary server."""
    from auto360.domains.backups.drill import Drill, DrillSettings

    settings = DrillSettings.load()
    return Drill(archive(), _rehearsal_server, database(), runs(), settings, utc_now, _LOG.info, settings.room())


def drill() -> Report:
    """Run the drill unless another run holds the lease."""
    from auto360.domains.backups.schedule import unless_another_run

    return unless_another_run(restore_drill().run)


@contextmanager
def _rehearsal_server() -> Iterator[DrillResult]:
    from functools import partial

    from auto360.domains.backups.drill import DrillResult, DrillSettings
    from auto360.providers.postgres_dump.restore import PostgresTarget
    from auto360.providers.postgres_dump.row_security import row_security_findings
    from auto360.providers.postgres_dump.temporary_server import embedded_postgres

    with embedded_postgres(DrillSettings.load().room().folder) as address:
        yield DrillResult(PostgresTarget(address), partial(row_security_findings, address))
