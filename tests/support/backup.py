"""Backups for tests: the real database of the process, the local object storage, keys of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from auto360.domains.backups.archive_forms import Folder
from auto360.domains.backups.database import DatabaseBackup
from auto360.domains.backups.drill import Drill, DrillResult, DrillSettings
from auto360.domains.backups.keys import BackupKeys
from auto360.domains.backups.repository import Archive
from auto360.domains.backups.retention import Retention
from auto360.domains.backups.room import Room
from auto360.domains.backups.runs import Runs
from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_line
from auto360.providers.postgres_dump.postgres import PostgresSource
from auto360.providers.postgres_dump.restore import PostgresTarget
from auto360.providers.postgres_dump.row_security import row_security_findings
from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from tests.support.database import Database
from tests.support.objects import LocalS3
from tests.support.prepared import fast_folder

SCHEMAS = ("public", "private", "auth", "storage", "supabase_migrations")


# Of nobody: made for tests, so that two processes of a test share a key.
IDENTITIES = {
    "x": "AGE-SECRET-KEY-1495QACK8Z9L6N74YKUQWDJ2WGWXP228T9007JY47VPKDL3ACJS9SC92P6F",
    "y": "AGE-SECRET-KEY-1JR5UUT8MWYQWHDXJPW9Q5W6QAKVNMH6T3TAVZHFHERGFQ4EV0KMS6KZ8RG",
}
OFFLINE_IDENTITY = "AGE-SECRET-KEY-1DKLQEATR2RTZEUC5XHLAK08YPVA0SVJNYHCL95DAT2SRN3PPJD3S88VVPS"
OFFLINE_RECIPIENT = "age1ymgj979pgdfvz2vtguaqrp7ukf5j67esqzc659m8mpskezp0us7s7xrqgr"
# Opens the kept backup of the format before age.
FIRST_FORMAT_KEY = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"


def keys_of(*names: str, seed: str = "x") -> BackupKeys:
    """Keys by name, the first one current; every backup can be opened with the offline identity too."""
    text = ",".join(f"{name}:{IDENTITIES[seed]}" for name in names)
    return BackupKeys.parse(text, recipients=OFFLINE_RECIPIENT)


@dataclass
class Clock:
    """Clock that a test turns."""

    offset: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class BackupWorld:
    """Parts of a backup."""

    source: Database
    s3: LocalS3
    rest: PostgrestDatabase
    keys: BackupKeys = field(default_factory=lambda: keys_of("k1"))
    clock: Clock = field(default_factory=Clock)
    said: list[str] = field(default_factory=list)
    retention: Retention = field(default_factory=lambda: Retention({"daily": 30, "weekly": 90}, 3, 10))

    # Workers of a parallel backup; 0: a stream.
    jobs: int = 0
    room: Room = field(default_factory=lambda: Room.named("", setting="BACKUP_FOLDER"))

    @property
    def archive(self) -> Archive:
        """Return the backups that are there."""
        return Archive(self.s3.store(), self.keys)

    @property
    def runs(self) -> Runs:
        return Runs(self.rest)

    def backup(self) -> DatabaseBackup:
        source = PostgresSource(self.source.dsn, SCHEMAS)
        store, said = self.s3.store(), self.said.append
        parallel = Folder(store, self.keys, self.jobs, self.room, said) if self.jobs else None
        return DatabaseBackup(
            source, store, self.archive, self.rest, self.runs, self.retention, self.clock, said, parallel
        )

    def last_run(self, kind: str) -> dict[str, object]:
        """Return the newest row of a kind."""
        with self.source.connect() as connection:
            row = connection.execute(
                "select to_jsonb(r) from public.backup_runs r where kind = %s order by started_at desc limit 1", [kind]
            ).fetchone()
        assert row is not None
        found: dict[str, object] = row[0]
        return found

    def keys_in_store(self) -> list[str]:
        """Return everything that lies there."""
        return [info.key for info in self.s3.store().list()]

    def file_of(self, key: str) -> Path:
        """Return the first file with bytes of an object, to be damaged."""
        bucket = self.s3.buckets.get("backup")
        assert bucket is not None
        return bucket.path(bucket.objects[key].segments[0])


def backup_variables(world: BackupWorld, public_url: str = "http://127.0.0.1:8360/api") -> dict[str, str]:
    """Return the variables of a command: those of the functions, and the local store as every provider's."""
    store = {"ENDPOINT": world.s3.url, "REGION": "ru-msk", "ACCESS_KEY": "KEY", "SECRET_KEY": "secret"}
    return world.source.environ | {
        **{f"{provider}_{name}": value for provider in ("VK_CLOUD", "YANDEX_STORAGE", "SUPABASE_STORAGE")
           for name, value in store.items()},
        "VK_CLOUD_BUCKET": "backup",
        "YANDEX_STORAGE_BUCKET": "uploads",
        "BACKUP_KEYS": f"k1:{IDENTITIES['x']}",
        "BACKUP_RECIPIENTS": OFFLINE_RECIPIENT,
        "PUBLIC_API_URL": public_url,
    }  # fmt: skip


def rest_of(database: Database) -> PostgrestDatabase:
    """Return the database as functions reach it."""
    settings = SupabaseSettings.load(database.environ)
    return PostgrestDatabase(settings, new_line(settings))


@contextmanager
def rehearsal() -> Iterator[DrillResult]:
    """Yield the temporary server of a drill."""
    with embedded_postgres(fast_folder()) as address:
        yield DrillResult(PostgresTarget(address), partial(row_security_findings, address))


def drill_of(world: BackupWorld, *, room: Room | None = None, **settings: Any) -> Drill:
    """Return a drill of the newest backup."""
    room = room or Room.named("", setting="DRILL_FOLDER")
    chosen = DrillSettings(**settings)
    return Drill(world.archive, rehearsal, world.rest, world.runs, chosen, world.clock, world.said.append, room)


@pytest.fixture
def backup_world(database: Database, local_s3: LocalS3) -> BackupWorld:
    """Return a store without backups, and a database with the demonstration data."""
    database.load_seed()
    with database.connect() as connection:
        connection.execute("delete from public.backup_runs; delete from public.job_leases")
    return BackupWorld(database, local_s3, rest_of(database))
