"""Backup that is killed at any moment leaves no manifest without a whole backup, and the next run succeeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from auto360.domains.backups.database import DatabaseBackup
from auto360.domains.backups.room import Room
from local.paths import CHECKOUT
from tests.support.backup import IDENTITIES, OFFLINE_RECIPIENT, SCHEMAS, BackupWorld


def killed_after(world: BackupWorld, seconds: float, *arguments: str) -> int:
    """Start a backup, kill it this time after its run has begun, and give its exit code."""
    environ = os.environ | {
        "BACKUP_PROCESS": json.dumps(world.source.environ),
        "BACKUP_KEYS": f"k1:{IDENTITIES['x']}",
        "BACKUP_RECIPIENTS": OFFLINE_RECIPIENT,
        "BACKUP_SCHEMAS": " ".join(SCHEMAS),
        "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'layers' / 'common'}",
    }
    command = [sys.executable, "-m", "tests.support.backup_process", world.s3.url, world.source.dsn, *arguments]
    known = runs(world)
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=subprocess.DEVNULL)
    try:
        while runs(world) == known and process.poll() is None:
            time.sleep(0.02)
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def runs(world: BackupWorld) -> int:
    """Return how many runs have begun."""
    with world.source.connect() as connection:
        row = connection.execute("select count(*) from public.backup_runs").fetchone()
    assert row is not None
    return int(row[0])


def next_run_is_due(world: BackupWorld) -> None:
    """End the lease of a killed run, as two minutes would."""
    with world.source.connect() as connection:
        connection.execute("update public.job_leases set lease_until = now() where holder is not null")


@pytest.fixture
def large_world(backup_world: BackupWorld) -> BackupWorld:
    """Return a world whose dump needs several parts."""
    with backup_world.source.connect() as connection:
        connection.execute(
            "create table if not exists private.ballast as select n, extensions.gen_random_bytes(1000) as noise"
            " from generate_series(1, 16000) n"
        )
    return backup_world


def test_a_killed_backup_is_no_backup_and_the_next_one_is_whole(large_world: BackupWorld) -> None:
    world = large_world
    try:
        world.s3.turn("slow", bytes_per_second=12_000_000)
        codes = []
        for seconds in (0.0, 0.3, 0.7, 1.1, 1.6):
            next_run_is_due(world)
            codes.append(killed_after(world, seconds))
        assert -9 in codes
        for key in world.archive.manifest_keys():
            world.archive.verify(world.archive.read(key))
        whole = len(world.archive.manifest_keys())
        world.s3.turn("ok")
        next_run_is_due(world)
        world.clock.offset = timedelta(hours=3)
        world.backup().run("daily")
        assert len(world.archive.manifest_keys()) == whole + 1
        world.archive.verify(world.archive.newest())
        assert {key.rpartition("/")[0] for key in world.keys_in_store()} == {
            key.rpartition("/")[0] for key in world.archive.manifest_keys()
        }
        bucket = world.s3.buckets.get("backup")
        assert bucket is not None
        assert not bucket.uploads
    finally:
        with world.source.connect() as connection:
            connection.execute("drop table private.ballast")


def test_a_killed_parallel_backup_is_no_backup_and_leaves_no_files(large_world: BackupWorld, tmp_path: Path) -> None:
    world, folder = large_world, tmp_path / "archives"
    folder.mkdir()
    try:
        world.s3.turn("slow", bytes_per_second=12_000_000)
        codes = []
        for seconds in (0.0, 0.4, 0.8, 1.3, 2.0):
            next_run_is_due(world)
            codes.append(killed_after(world, seconds, str(folder)))
        assert -9 in codes
        for key in world.archive.manifest_keys():
            world.archive.verify(world.archive.read(key))
        whole = len(world.archive.manifest_keys())
        world.s3.turn("ok")
        next_run_is_due(world)
        world.clock.offset, world.jobs, world.room = timedelta(hours=3), 2, Room(folder, "BACKUP_FOLDER")
        for left in folder.iterdir():
            os.utime(left, (0, 0))
        world.backup().run("daily")
        assert list(folder.iterdir()) == []
        assert world.archive.newest().format == "directory"
        assert len(world.archive.manifest_keys()) == whole + 1
        world.archive.verify(world.archive.newest())
        assert {key.rpartition("/")[0] for key in world.keys_in_store()} == {
            key.rpartition("/")[0] for key in world.archive.manifest_keys()
        }
    finally:
        with world.source.connect() as connection:
            connection.execute("drop table private.ballast")


def test_the_row_of_a_killed_run_is_closed_by_the_next_one(backup_world: BackupWorld) -> None:
    backup_world.s3.turn("slow", bytes_per_second=20_000)
    process_code = killed_after(backup_world, 1)
    assert process_code == -9
    assert backup_world.last_run("database_daily")["state"] == "running"
    backup_world.s3.turn("ok")
    next_run_is_due(backup_world)
    backup_world.backup().run("daily")
    with backup_world.source.connect() as connection:
        rows = connection.execute("select state, failure_reason from public.backup_runs order by started_at").fetchall()
    assert rows == [("failed", "RunEnded: the process ended without a word"), ("verified", None)]


def test_what_is_young_or_belongs_to_a_backup_is_never_swept(backup_world: BackupWorld) -> None:
    backup_world.s3.store().put("db/2026/11/24/young/dump.pgc.zst.age", [b"x"])
    backup_world.s3.store().put("videos/other.mp4", [b"x"])
    backup_world.backup().run("daily")
    assert {"db/2026/11/24/young/dump.pgc.zst.age", "videos/other.mp4"} <= set(backup_world.keys_in_store())
    backup_world.clock.offset = timedelta(hours=3)
    assert backup_world.backup().run("daily")["strays"] == 1
    assert "videos/other.mp4" in backup_world.keys_in_store()


def test_the_moment_between_dump_and_manifest_is_no_backup_either(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: DatabaseBackup, manifest: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DatabaseBackup, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        backup_world.backup().run("daily")
    assert backup_world.archive.manifest_keys() == []
