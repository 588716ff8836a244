"""`python -m tests.support.backup_process URL DSN [FOLDER]`: one backup in a process of its own, to be killed.

With a folder it is a parallel one. Keys and schemas come by the environment: loading the support of tests would take
longer than the rest of the start.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from auto360.core.clock import utc_now
from auto360.domains.backups.archive_forms import Folder
from auto360.domains.backups.database import DatabaseBackup
from auto360.domains.backups.keys import BackupKeys
from auto360.domains.backups.repository import Archive
from auto360.domains.backups.retention import Retention
from auto360.domains.backups.room import Room
from auto360.domains.backups.runs import Runs
from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_line
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.postgres_dump.postgres import PostgresSource


def main() -> None:
    """Run it."""
    settings = SupabaseSettings.load(json.loads(os.environ["BACKUP_PROCESS"]))
    rest = PostgrestDatabase(settings, new_line(settings))
    store = S3Store(S3Access(sys.argv[1], "ru-msk", "KEY", "secret"), "backup", part_bytes=5 * 1024 * 1024)
    keys = BackupKeys.parse(os.environ["BACKUP_KEYS"], recipients=os.environ["BACKUP_RECIPIENTS"])
    archive, source = Archive(store, keys), PostgresSource(sys.argv[2], os.environ["BACKUP_SCHEMAS"].split())
    retention = Retention({"daily": 30, "weekly": 90}, 3, 10)
    parallel = None
    if len(sys.argv) > 3:
        parallel = Folder(store, archive.keys, 2, Room(Path(sys.argv[3]), "BACKUP_FOLDER"), print)
    DatabaseBackup(source, store, archive, rest, Runs(rest), retention, utc_now, print, parallel).run("daily")


if __name__ == "__main__":
    main()
