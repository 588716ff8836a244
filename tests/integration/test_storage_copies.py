"""Copies of Supabase Storage: everything that changes is copied, nothing that is gone is lost at once."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from auto360.domains.backups.errors import AnotherRun, SourceShrank
from auto360.domains.replication.integrity_checks import CopiesDamaged, SamplePolicy, Samples
from auto360.providers.object_storage import ObjectStoreError
from tests.support.copies import BACKUP, CopyWorld
from tests.support.rows import rows


def test_what_has_changed_is_copied_once_with_its_hash(copy_world: CopyWorld) -> None:
    copy_world.upload("u1/a.png", b"one")
    copy_world.upload("u1/b.png", b"two" * 100_000)
    assert copy_world.copy_changes().counted.copied == 2
    assert copy_world.copied() == {"u1/a.png": b"one", "u1/b.png": b"two" * 100_000}
    found = copy_world.store(BACKUP).head(f"storage/current/{copy_world.bucket}/u1/a.png")
    assert found is not None
    assert found.metadata["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert copy_world.copy_changes().counted.seen == 0


def test_a_change_that_is_too_young_waits_for_the_next_run(copy_world: CopyWorld) -> None:
    copy_world.upload("a.png", b"one")
    copy_world.ahead = timedelta()
    assert copy_world.copy_changes().counted.seen == 0
    copy_world.ahead = timedelta(minutes=5)
    assert copy_world.copy_changes().counted.copied == 1


def test_the_version_before_a_change_is_kept(copy_world: CopyWorld) -> None:
    copy_world.upload("a.png", b"one")
    copy_world.copy_changes()
    copy_world.upload("a.png", b"other")
    copy_world.copy_changes()
    assert copy_world.copied() == {"a.png": b"other"}
    assert list(copy_world.copied("storage/removed/").values()) == [b"one"]


def test_the_comparison_copies_what_was_missed_and_sets_aside_what_is_gone(copy_world: CopyWorld) -> None:
    for name in ("a.png", "b.png", "c.png", "Z.png"):
        copy_world.upload(name, name.encode())
    copy_world.copy_changes()
    copy_world.remove("b.png")
    with copy_world.database.connect() as connection:
        connection.execute("delete from backup_copies where source = %s", [f"{copy_world.bucket}/c.png"])
    assert copy_world.compare().counted.copied == 1
    assert set(copy_world.copied()) == {"a.png", "c.png", "Z.png"}
    [(key, content)] = copy_world.copied("storage/removed/").items()
    assert key.endswith("/b.png")
    assert content == b"b.png"
    gone = "select keep_until - source_gone_at from backup_copies where source = %s"
    assert rows(copy_world.database, gone, f"{copy_world.bucket}/b.png") == [(timedelta(days=30),)]


def test_what_was_set_aside_is_deleted_after_its_time(copy_world: CopyWorld) -> None:
    for name in ("a.png", "b.png"):
        copy_world.upload(name, b"x" + name.encode())
    copy_world.copy_changes()
    copy_world.remove("b.png")
    copy_world.compare()
    copy_world.ahead = timedelta(days=29)
    copy_world.compare()
    assert len(copy_world.copied("storage/removed/")) == 1
    copy_world.ahead = timedelta(days=32)
    assert copy_world.compare().counted.deleted == 1
    assert copy_world.copied("storage/removed/") == {}
    assert set(copy_world.copied()) == {"a.png"}


@pytest.mark.parametrize(("kept", "files"), [(0, 3), (10, 60)])
def test_a_source_that_is_suddenly_smaller_stops_the_run_and_nothing_goes(
    copy_world: CopyWorld, kept: int, files: int
) -> None:
    names = [f"{number:03}.png" for number in range(files)]
    for name in names:
        copy_world.upload(name, name.encode())
    copy_world.copy_changes()
    copy_world.remove(*names[kept:])
    with pytest.raises(SourceShrank, match=f"{files - kept} of {files} files"):
        copy_world.compare()
    assert len(copy_world.copied()) == files
    assert copy_world.copied("storage/removed/") == {}
    # A person has looked and lets it pass.
    copy_world.compare(storage_max_gone_share=1)
    assert len(copy_world.copied()) == kept


def test_a_store_that_refuses_ends_the_run_loudly_and_the_next_one_goes_on(copy_world: CopyWorld) -> None:
    for number in range(4):
        copy_world.upload(f"{number}.png", b"x%d" % number)
    copy_world.copy_changes()
    copy_world.remove("0.png")
    copy_world.upload("1.png", b"changed")
    with copy_world.revoked_key():
        for run in (copy_world.copy_changes, copy_world.compare):
            with pytest.raises(ObjectStoreError):
                run()
    assert set(copy_world.copied()) == {"0.png", "1.png", "2.png", "3.png"}
    assert copy_world.copy_changes().counted.copied == 1
    copy_world.compare()
    assert copy_world.copied() == {"1.png": b"changed", "2.png": b"x2", "3.png": b"x3"}
    assert sorted(copy_world.copied("storage/removed/").values()) == [b"x0", b"x1"]


def test_two_runs_at_once_are_one(copy_world: CopyWorld) -> None:
    with copy_world.lease(), pytest.raises(AnotherRun):
        copy_world.copy_changes()


def test_a_damaged_copy_is_named_and_made_again(copy_world: CopyWorld) -> None:
    copy_world.upload("a.png", b"one")
    copy_world.upload("b.png", b"two")
    copy_world.copy_changes()
    damaged = f"storage/current/{copy_world.bucket}/a.png"
    copy_world.store(BACKUP).put(damaged, [b"0ne"])
    samples = Samples(copy_world.calls, copy_world.store(BACKUP), SamplePolicy.load({}), copy_world.now)
    others = "delete from backup_copies where not starts_with(source, %s)"
    with copy_world.database.connect() as connection:
        connection.execute(others.encode(), [copy_world.bucket])
    with pytest.raises(CopiesDamaged, match=damaged), copy_world.lease("read") as held:
        samples.read_again(held, until=copy_world.now() + timedelta(minutes=1))
    assert (samples.counted.read, samples.counted.damaged) == (2, 1)
    copy_world.compare()
    assert copy_world.copied()["a.png"] == b"one"
    with copy_world.lease("read") as held:
        samples.read_again(held, until=copy_world.now() + timedelta(minutes=1))
    assert samples.counted.damaged == 1


def test_a_page_of_changes_reads_no_more_files_than_it_tells(copy_world: CopyWorld) -> None:
    many = """insert into storage.objects (bucket_id, name, metadata, updated_at)
        select %s, 'many/' || n, '{"size": 1, "eTag": "e"}', '2026-01-01'::timestamptz + n * interval '1 second'
        from generate_series(1, 20000) n"""
    read = "select seq_tup_read, idx_tup_fetch from pg_stat_xact_user_tables where relid = 'storage.objects'::regclass"
    with copy_world.database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(many, [copy_world.bucket])
        connection.execute("analyze storage.objects, private.file_changes")
        [before] = connection.execute(read).fetchall()
        call = "select storage_changes('2026-01-01T03:00:00Z', '00000000-0000-0000-0000-000000000000', 500)"
        [(page,)] = connection.execute(call).fetchall()
        [after] = connection.execute(read).fetchall()
    assert [row["name"] for row in page] == [f"many/{number}" for number in range(10_800, 11_300)]
    assert after[0] - before[0] == 0
    assert after[1] - before[1] <= 510
