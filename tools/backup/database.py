"""Restoring the database: whole, or one table beside the live one."""

from __future__ import annotations

from auto360.container import backups
from auto360.domains.backups.manifest import Manifest
from auto360.domains.backups.restore import Restore
from auto360.providers.postgres_dump.restore import PostgresTarget
from tools.backup.console import Console
from tools.backup.surroundings import database_address, shown

_UNSEALED = "  its seal is not checked: a writer of the bucket could have changed it, and parts of it run as SQL"


def chosen(key: str | None, *, require_seal: bool = True) -> Manifest:
    """Return the requested backup, else the newest. Raises NoBackup or ManifestUnreadable."""
    archive = backups.archive()
    return archive.read(key, require_seal=require_seal) if key else archive.newest(require_seal=require_seal)


def restore_from(console: Console) -> Restore:
    """Return restores with the room that archives of several files need."""
    from auto360.domains.backups.archive_forms import ArchiveSettings

    settings = ArchiveSettings.load()
    return Restore(backups.archive(), console.say, settings.room(), settings.backup_jobs)


def restore_whole(console: Console, *, manifest_key: str | None, to: str | None, require_seal: bool = True) -> None:
    """Replace the content of the database. Raises BackupDamaged or DumpFailed; then nothing was changed."""
    manifest, address = chosen(manifest_key, require_seal=require_seal), database_address(to)
    console.plan(
        f"Backup {manifest.key}, of {manifest.started:%Y-%m-%d %H:%M} UTC",
        f"  {len(manifest.tables)} tables, {manifest.rows} rows, {manifest.size / 1e6:.1f} MB",
        *([] if require_seal else ["  its seal is not required: the manifest is only as trustworthy as the bucket"]),
        *(f"  left out of the backup: {item}" for item in manifest.left_out),
        f"Target {shown(address)}: everything in {', '.join(manifest.schemas)} is replaced, in one transaction",
    )
    if console.confirmed(f"Replace the database at {shown(address)}?"):
        with console.timed("restored"):
            restore_from(console).into_project(manifest, PostgresTarget(address))


def restore_table(console: Console, table: str, *, manifest_key: str | None, to: str | None, add_missing: bool) -> None:
    """Restore one table into the schema `restored`. Raises BackupDamaged, DumpFailed or ValueError."""
    manifest, address = chosen(manifest_key), database_address(to)
    rows = manifest.tables[table].rows if table in manifest.tables else 0
    console.plan(
        f"Backup {manifest.key}",
        f"Target {shown(address)}: {rows} rows of {table} are restored into the schema restored",
        "Rows with missing keys are inserted" if add_missing else "The live table is not changed",
    )
    if console.confirmed(f"Restore {table}?"):
        with console.timed("restored"):
            copy = restore_from(console).table(manifest, table, PostgresTarget(address), add_missing=add_missing)
        console.say(f"the rows are in {copy}; drop schema restored cascade when you are done")
