"""Backup of a large database: several workers in one snapshot, a file per table, and the room that it needs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auto360.domains.backups.drill import SERVER_BYTES, room_needed
from auto360.domains.backups.errors import (
    BackupDamaged,
    NoRoom,
    ObjectChanged,
    ObjectOfManifestMissing,
    ObjectTruncated,
)
from auto360.domains.backups.manifest import Manifest
from auto360.domains.backups.repository import file_name
from auto360.domains.backups.restore import Restore
from auto360.domains.backups.room import Room
from auto360.providers.postgres_dump.postgres import connected, facts_of
from auto360.providers.postgres_dump.restore import PostgresTarget
from tests.support.backup import SCHEMAS, BackupWorld, drill_of
from tests.support.hosted import hosted_project, one


@pytest.fixture
def parallel_world(backup_world: BackupWorld) -> BackupWorld:
    """Return a world that backs up with three workers, whatever the size."""
    backup_world.jobs = 3
    return backup_world


@pytest.fixture(scope="module")
def project() -> Iterator[str]:
    """Yield a server that looks like another Supabase project."""
    with hosted_project("second", platform=False) as (address, _):
        yield address


def test_a_parallel_backup_holds_what_a_stream_holds_and_is_restored_in_one_transaction(
    parallel_world: BackupWorld, project: str, tmp_path: Path
) -> None:
    world = parallel_world
    world.backup().run("daily")
    parallel = world.archive.newest()
    assert (parallel.format, len(parallel.objects) > 40) == ("directory", True)
    assert parallel.key.rpartition("/")[0] == parallel.objects[0].key.rpartition("/")[0]
    world.jobs = 0
    world.backup().run("weekly")
    stream = world.archive.newest()
    of_the_run = {"public.backup_runs", "public.job_leases"}
    assert {name: facts for name, facts in parallel.tables.items() if name not in of_the_run} == {
        name: facts for name, facts in stream.tables.items() if name not in of_the_run
    }
    restore = Restore(world.archive, world.said.append, Room(tmp_path, "BACKUP_FOLDER"), 2)
    restore.into_project(parallel, PostgresTarget(project))
    with connected(project) as connection:
        assert facts_of(connection, SCHEMAS) == dict(parallel.tables)
    with connected(project) as connection:
        connection.execute("delete from public.listing_saves")
    # One table needs its own file and the table of contents; any other may be damaged.
    kept = {
        "toc.dat",
        *PostgresTarget(project).files_of(contents_of(world, parallel, tmp_path), "public.listing_saves"),
    }
    assert len(kept) == 2
    store = world.s3.store()
    for item in parallel.objects:
        if file_name(item) not in kept:
            store.put(item.key, [b"\0" * item.size])
    restore.table(parallel, "public.listing_saves", PostgresTarget(project), add_missing=True)
    rows = parallel.tables["public.listing_saves"].rows
    assert one(project, "select count(*) from public.listing_saves") == rows > 0
    assert list(tmp_path.glob("auto360-*")) == []


def contents_of(world: BackupWorld, manifest: Manifest, parent: Path) -> Path:
    """Return a folder with the table of contents alone."""
    folder = parent / "contents"
    folder.mkdir()
    world.archive.fetch(manifest, folder, jobs=1, only=["toc.dat"])
    return folder


def test_the_drill_restores_a_folder_with_several_workers(parallel_world: BackupWorld) -> None:
    parallel_world.backup().run("daily")
    report = drill_of(parallel_world).run()
    assert report["rows"] == parallel_world.archive.newest().rows
    run = parallel_world.last_run("restore_drill")
    assert run["state"] == "verified"
    assert any(line.startswith("the drill: needs 0.4") for line in parallel_world.said)


def test_workers_and_proofs_see_one_moment_while_others_write(parallel_world: BackupWorld) -> None:
    stop = threading.Event()

    def write() -> None:
        with parallel_world.source.connect() as connection:
            number = 0
            while not stop.is_set():
                number += 1
                connection.execute(
                    "insert into public.metrics_daily (day, metric, dimension, value) values (now(), 'noise', %s, 1)",
                    [str(number)],
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        parallel_world.backup().run("daily")
    finally:
        stop.set()
        writer.join()
        with parallel_world.source.connect() as connection:
            connection.execute("delete from public.metrics_daily where metric = 'noise'")
    # The drill counts and hashes what the workers have dumped.
    drill_of(parallel_world).run()


@pytest.mark.parametrize("kind", ["a flipped bit", "a missing file", "a shorter file", "two files exchanged"])
def test_damage_of_one_file_is_named(parallel_world: BackupWorld, tmp_path: Path, kind: str) -> None:
    world = parallel_world
    expected: type[BackupDamaged] = ObjectChanged
    world.backup().run("daily")
    manifest, store = world.archive.newest(), world.s3.store()
    first, second = (item.key for item in sorted(manifest.objects, key=lambda item: -item.size)[:2])
    content = [b"".join(store.get(key)) for key in (first, second)]
    if kind == "a flipped bit":
        at = len(content[0]) // 2
        store.put(first, [content[0][:at], bytes([content[0][at] ^ 8]), content[0][at + 1 :]])
    elif kind == "a missing file":
        store.delete([first])
        expected = ObjectOfManifestMissing
    elif kind == "a shorter file":
        store.put(first, [content[0][:-100]])
        expected = ObjectTruncated
    else:
        store.put(first, [content[1]])
        store.put(second, [content[0]])
        expected = ObjectTruncated
    with pytest.raises(expected):
        world.archive.verify(manifest)
    with pytest.raises(BackupDamaged):
        world.archive.fetch(manifest, tmp_path, jobs=2)


def test_a_dump_without_room_is_refused_before_anything_is_written(parallel_world: BackupWorld, tmp_path: Path) -> None:
    world = parallel_world
    world.room = Room(tmp_path, "BACKUP_FOLDER", lambda _folder: 1000)
    with pytest.raises(NoRoom, match=r"the dump in 3 workers needs [\d.]+ MB in .*BACKUP_FOLDER names a folder"):
        world.backup().run("daily")
    assert world.keys_in_store() == []
    assert list(tmp_path.glob("auto360-*")) == []
    assert str(world.last_run("database_daily")["failure_reason"]).startswith("NoRoom: the dump")


def test_a_drill_without_room_is_refused_before_a_server_is_started(backup_world: BackupWorld, tmp_path: Path) -> None:
    backup_world.backup().run("daily")
    manifest = backup_world.archive.newest()
    assert room_needed(manifest) > manifest.database_bytes + 300_000_000
    little = Room(tmp_path, "DRILL_FOLDER", lambda _folder: 300_000_000)
    with pytest.raises(NoRoom, match=r"the drill needs 0\.4\d GB in .* but 0\.30 GB are free; DRILL_FOLDER names"):
        drill_of(backup_world, room=little).run()
    run = backup_world.last_run("restore_drill")
    assert (run["state"], str(run["failure_reason"]).partition(":")[0]) == ("failed", "NoRoom")
    with pytest.raises(NoRoom, match="there is no folder"):
        drill_of(backup_world, room=Room(tmp_path / "missing", "DRILL_FOLDER")).run()


def test_an_archive_of_files_needs_its_room_in_a_drill_and_in_a_restore(
    parallel_world: BackupWorld, tmp_path: Path
) -> None:
    parallel_world.backup().run("daily")
    manifest = replace(parallel_world.archive.newest(), database_bytes=30 * 10**9)
    assert room_needed(manifest) == 30 * 10**9 + manifest.plain_size + SERVER_BYTES
    little = Room(tmp_path, "BACKUP_FOLDER", lambda _folder: manifest.plain_size - 1)
    with pytest.raises(NoRoom, match="the archive needs"):
        Restore(parallel_world.archive, print, little).into_project(manifest, PostgresTarget("postgresql://nobody@h/x"))


def test_the_size_of_the_tables_chooses_between_a_stream_and_workers(backup_world: BackupWorld) -> None:
    backup_world.jobs = 2
    limited = replace(backup_world.backup(), parallel_from=10**9)
    assert limited.make("daily", before_manifest=lambda: None)[0].format == "custom"
    assert any(line.endswith("with indexes: one stream") for line in backup_world.said)
    small = replace(backup_world.backup(), parallel_from=10**5)
    assert small.make("daily", before_manifest=lambda: None)[0].format == "directory"
    assert any(line.endswith("2 workers, a file per table") for line in backup_world.said)
