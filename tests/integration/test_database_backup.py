"""Backup of the database: whole, in one snapshot, by one run at a time; damage is named and nothing is lost."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from auto360.domains.backups.archive_forms import Stream
from auto360.domains.backups.errors import (
    AnotherRun,
    BackupDamaged,
    ManifestUnreadable,
    NoBackup,
    ObjectChanged,
    ObjectOfManifestMissing,
    ObjectTruncated,
    WrongBackupKey,
)
from auto360.domains.backups.repository import Archive
from auto360.providers.database.lease import LeaseLost
from auto360.providers.object_storage import ObjectStoreError
from auto360.providers.postgres_dump import DumpFailed
from tests.support.backup import BackupWorld, keys_of


def row_counts(world: BackupWorld) -> dict[str, int]:
    with world.source.connect() as connection:
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'private')"
        ).fetchall()
        return {name: connection.execute(f"select count(*) from {name}").fetchone()[0] for (name,) in names}  # type: ignore[index]


def test_a_backup_describes_every_table_and_what_lies_beside(backup_world: BackupWorld) -> None:
    report = backup_world.backup().run("daily")
    manifest = backup_world.archive.newest()
    counts = row_counts(backup_world)
    # The run's own row and lease were written before the snapshot was taken.
    assert {name: manifest.tables[name].rows for name in counts} == counts
    assert report["tables"] == len(manifest.tables) > 40
    assert {"auth.users", "storage.objects", "supabase_migrations.schema_migrations"} <= set(manifest.tables)
    assert {role["name"] for role in manifest.cluster.roles} >= {"anon", "authenticated", "service_role"}
    assert "public.chat_messages" in manifest.cluster.publications[0]["tables"]
    assert {extension["name"] for extension in manifest.cluster.extensions} >= {"pgcrypto", "pg_trgm"}
    assert "password" not in str(manifest.cluster.roles)
    run = backup_world.last_run("database_daily")
    assert (run["state"], run["manifest_key"], run["bytes"]) == ("verified", manifest.key, manifest.size)


def test_nobody_without_the_key_reads_a_row(backup_world: BackupWorld) -> None:
    backup_world.backup().run("daily")
    key = backup_world.archive.newest().objects[0].key
    stored = backup_world.file_of(key).read_bytes()
    assert b"PGDMP" not in stored
    assert next(backup_world.archive.plain(backup_world.archive.newest()))[:5] == b"PGDMP"


def test_dump_and_proofs_agree_while_others_write(backup_world: BackupWorld) -> None:
    stop = threading.Event()

    def write() -> None:
        with backup_world.source.connect() as connection:
            number = 0
            while not stop.is_set():
                number += 1
                connection.execute(
                    "insert into public.metrics_daily (day, metric, dimension, value)"
                    " values (now(), 'backup_noise', %s, 1)",
                    [str(number)],
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup_world.backup().run("daily")
    finally:
        stop.set()
        writer.join()
    manifest = backup_world.archive.newest()
    text = b"".join(backup_world.archive.plain(manifest))
    assert text.count(b"\tbackup_noise\t") == _noise(manifest.tables["public.metrics_daily"].rows, backup_world)


def _noise(rows: int, world: BackupWorld) -> int:
    with world.source.connect() as connection:
        other = connection.execute(
            "select count(*) from public.metrics_daily where metric <> 'backup_noise'"
        ).fetchone()
        connection.execute("delete from public.metrics_daily where metric = 'backup_noise'")
    assert other is not None
    return rows - int(other[0])


def test_of_two_runs_at_once_one_works(backup_world: BackupWorld) -> None:
    def attempt(_number: int) -> object:
        try:
            return backup_world.backup().run("daily")
        except AnotherRun:
            return None

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, range(4)))
    assert sum(result is not None for result in results) >= 1
    assert len(backup_world.archive.manifest_keys()) == sum(result is not None for result in results)
    assert all(backup_world.archive.findings()[key] is None for key in backup_world.archive.manifest_keys())


def test_a_run_that_has_lost_its_lease_writes_no_manifest(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Stream.write

    def robbed(self: Stream, *arguments: Any, **options: Any) -> Any:
        with backup_world.source.connect() as connection:
            connection.execute("update public.job_leases set fence = fence + 1, holder = 'thief'")
        return write(self, *arguments, **options)

    monkeypatch.setattr(Stream, "write", robbed)
    with pytest.raises(LeaseLost):
        backup_world.backup().run("daily")
    assert backup_world.archive.manifest_keys() == []
    assert str(backup_world.last_run("database_daily")["failure_reason"]).startswith("LeaseLost")


def damaged(world: BackupWorld, kind: str) -> type[BackupDamaged]:
    """Damage the newest backup; gives the finding's class."""
    manifest = world.archive.newest()
    key, bucket = manifest.objects[0].key, world.s3.buckets.get("backup")
    assert bucket is not None
    stored = bucket.objects[key]
    if kind == "one flipped bit":
        with world.file_of(key).open("r+b") as file:
            file.seek(stored.segments[0].bytes // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 16]))
        return ObjectChanged
    if kind == "one missing part":
        object.__setattr__(stored, "segments", stored.segments[1:])
        return ObjectTruncated
    if kind == "a truncated object":
        data = b"".join(world.s3.store().get(key))
        world.s3.store().put(key, [data[:-1000]])
        return ObjectTruncated
    if kind == "a manifest without its object":
        world.s3.store().delete([key])
        return ObjectOfManifestMissing
    if kind == "another object of the same length":
        world.s3.store().put(key, [os.urandom(manifest.size)])
        return ObjectChanged
    text, name = bytearray(b"".join(world.s3.store().get(manifest.key))), manifest.key
    if kind == "an old manifest under a newer name":
        name = "db/2099/01/01/20990101T000000Z-daily-abc/manifest.json"
    else:
        text[len(text) // 2] ^= 1
    world.s3.store().put(name, [bytes(text)])
    return ManifestUnreadable


DAMAGES = (
    "one flipped bit",
    "one missing part",
    "a truncated object",
    "a manifest without its object",
    "another object of the same length",
    "a changed manifest",
    "an old manifest under a newer name",
)


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_named(backup_world: BackupWorld, kind: str) -> None:
    backup_world.backup().run("daily")
    expected = damaged(backup_world, kind)
    with pytest.raises(expected) as finding:
        backup_world.archive.verify(backup_world.archive.newest())
    assert finding.value.name == expected.__name__
    assert "db/" in str(finding.value)


def test_a_wrong_key_is_named(backup_world: BackupWorld) -> None:
    backup_world.backup().run("daily")
    manifest = backup_world.archive.newest()
    with pytest.raises(WrongBackupKey):
        Archive(backup_world.s3.store(), keys_of("k1", seed="y")).verify(manifest)


def test_an_unreadable_newest_manifest_is_not_passed_over(backup_world: BackupWorld) -> None:
    backup_world.backup().run("daily")
    backup_world.backup().run("daily")
    damaged(backup_world, "a changed manifest")
    with pytest.raises(ManifestUnreadable):
        backup_world.archive.newest()


def test_an_empty_store_has_no_backup(backup_world: BackupWorld) -> None:
    with pytest.raises(NoBackup):
        backup_world.archive.newest()


def test_old_backups_go_after_a_good_run_and_their_rows_say_so(backup_world: BackupWorld) -> None:
    for days in (100, 99, 98, 97):
        backup_world.clock.offset = -timedelta(days=days)
        backup_world.backup().run("daily")
    first = backup_world.archive.manifest_keys()[0]
    backup_world.clock.offset = timedelta(0)
    assert backup_world.backup().run("daily")["swept"] == 2
    assert len(backup_world.archive.manifest_keys()) == 3
    assert not [key for key in backup_world.keys_in_store() if key.startswith(first.rpartition("/")[0])]
    with backup_world.source.connect() as connection:
        row = connection.execute("select state from public.backup_runs where manifest_key = %s", [first]).fetchone()
    assert row == ("swept",)


@pytest.mark.parametrize("mode", ["unavailable", "dead", "cut", "slow"])
def test_a_store_with_a_passing_fault_gets_a_whole_backup(backup_world: BackupWorld, mode: str) -> None:
    backup_world.s3.turn(mode, times=3, after_bytes=200_000, bytes_per_second=3_000_000)
    backup_world.backup().run("daily")
    backup_world.archive.verify(backup_world.archive.newest())


def test_a_store_that_stays_away_fails_the_run_and_loses_nothing(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (100, 99, 98, 97):
        backup_world.clock.offset = -timedelta(days=days)
        backup_world.backup().run("daily")
    backup_world.clock.offset = timedelta(0)
    before = backup_world.keys_in_store()
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._TRIES", 2)
    for mode in ("unavailable", "dead"):
        backup_world.s3.turn(mode)
        with pytest.raises(ObjectStoreError):
            backup_world.backup().run("daily")
        backup_world.s3.turn("ok")
        assert backup_world.keys_in_store() == before
        run = backup_world.last_run("database_daily")
        assert run["state"] == "failed"
        assert str(run["failure_reason"]).startswith("StoreUnavailable")


def test_an_upload_that_was_stored_otherwise_gets_no_manifest(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Stream.write

    def bitten(self: Stream, *arguments: Any, **options: Any) -> Any:
        objects = write(self, *arguments, **options)
        with backup_world.file_of(objects[0].key).open("r+b") as file:
            file.seek(3000)
            file.write(b"\0\0")
        return objects

    monkeypatch.setattr(Stream, "write", bitten)
    with pytest.raises(ObjectChanged):
        backup_world.backup().run("daily")
    assert backup_world.archive.manifest_keys() == []


def test_a_dump_that_ends_too_early_gets_no_manifest(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auto360.providers.postgres_dump.postgres._LOCK_WAIT", "200ms")
    monkeypatch.setattr("auto360.providers.postgres_dump.postgres.SESSION", "set lock_timeout = '300ms'")
    write = Stream.write

    def hindered(self: Stream, *arguments: Any, **options: Any) -> Any:
        with backup_world.source.connect() as connection, connection.transaction():
            connection.execute("lock table public.business_accounts in access exclusive mode")
            return write(self, *arguments, **options)

    monkeypatch.setattr(Stream, "write", hindered)
    with pytest.raises(DumpFailed, match="pg_dump ended with code 1"):
        backup_world.backup().make("daily", before_manifest=lambda: None)
    assert backup_world.keys_in_store() == []
