"""Supabase Storage answers HEAD and lists from rows, gives its errors a namespace and refuses DeleteObjects."""

from __future__ import annotations

import pytest

from auto360.providers.object_storage import ObjectMissing, StoreRefused
from auto360.providers.object_storage.access import SupabaseStorageSettings
from auto360.providers.object_storage.s3 import S3Store
from tests.support.copies import BACKUP, CopyWorld
from tests.support.rows import rows
from tools.backup.buckets import RunStats, restore_buckets
from tools.backup.console import Console

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def lose_files(world: CopyWorld) -> None:
    """Delete the files of a restored database and keep their rows."""
    bucket = world.files.get(world.bucket)
    assert bucket is not None
    for key in list(bucket.objects):
        bucket.delete(key)


def put_back(world: CopyWorld) -> RunStats:
    return restore_buckets(Console(assume_yes=True), only=world.bucket, database=world.database.dsn)


@pytest.fixture
def lost(copy_world: CopyWorld, monkeypatch: pytest.MonkeyPatch) -> CopyWorld:
    """Three files are copied; then a restore has their rows and nothing else."""
    for name, value in {**copy_world.database.environ, **copy_world.environ}.items():
        monkeypatch.setenv(name, value)
    for name, content in (("a.png", PNG), ("b/c.png", PNG + b"2"), ("empty.png", b"")):
        copy_world.upload(name, content)
    copy_world.copy_changes()
    lose_files(copy_world)
    return copy_world


def test_files_whose_rows_alone_were_restored_are_put_back(lost: CopyWorld) -> None:
    store = lost.store(lost.bucket)
    assert store.head("a.png") is not None
    done = put_back(lost)
    assert (done.restored, done.already_there) == (3, 0)
    assert b"".join(store.get("b/c.png")) == PNG + b"2"
    assert b"".join(store.get("empty.png")) == b""
    found = store.head("a.png")
    assert found is not None
    assert found.content_type == "image/png"
    again = put_back(lost)
    assert (again.restored, again.already_there) == (0, 3)


def test_a_copy_that_was_changed_is_reported_and_not_left_in_the_bucket(lost: CopyWorld) -> None:
    from auto360.domains.backups.errors import ObjectChanged

    key = f"storage/current/{lost.bucket}/a.png"
    info = lost.store(BACKUP).head(key)
    assert info is not None
    lost.store(BACKUP).put(key, [PNG + b"spoilt"], metadata=info.metadata)
    with pytest.raises(ObjectChanged, match=r"a\.png"):
        put_back(lost)
    assert lost.store(lost.bucket).head("a.png") is None


def test_a_row_without_its_file_does_not_stop_the_copies(copy_world: CopyWorld) -> None:
    copy_world.upload("first.png", PNG)
    lose_files(copy_world)
    copy_world.upload("second.png", PNG)
    copies = copy_world.copy_changes()
    assert (copies.counted.gone_meanwhile, copies.counted.copied) == (1, 1)
    compared = copy_world.compare()
    assert compared.counted.gone_meanwhile == 1
    assert set(copy_world.copied()) == {"second.png"}


def test_what_the_storage_refuses_is_told_with_its_reason(copy_world: CopyWorld) -> None:
    store = copy_world.store(copy_world.bucket)
    with pytest.raises(ObjectMissing):
        next(store.get("nothing.png"))
    for name, content, kind, reason in (
        ("large.png", b"x" * 1_048_577, "image/png", "EntityTooLarge"),
        ("page.html", b"x", "text/html", "InvalidMimeType"),
        ("снимок.png", b"x", "image/png", "InvalidKey"),
    ):
        with pytest.raises(StoreRefused, match=reason):
            store.put(name, [content], content_type=kind)


def test_several_files_are_deleted_one_by_one_where_the_storage_knows_no_other_way(copy_world: CopyWorld) -> None:
    for name in ("a.png", "b.png", "c.png"):
        copy_world.upload(name, PNG)
    access = SupabaseStorageSettings.load(copy_world.environ).access()
    S3Store(access, copy_world.bucket).delete(["a.png", "b.png", "never-there.png"])
    query = "select name from storage.objects where bucket_id = %s"
    assert rows(copy_world.database, query, copy_world.bucket) == [("c.png",)]


def test_the_projects_own_limit_beats_that_of_a_bucket(copy_world: CopyWorld) -> None:
    with copy_world.database.connect() as connection:
        connection.execute("update storage.buckets set file_size_limit = 5000 where id = %s", [copy_world.bucket])
    copy_world.rows.project_bytes = 1000
    with pytest.raises(StoreRefused, match="EntityTooLarge"):
        copy_world.store(copy_world.bucket).put("a.png", [b"x" * 2000], content_type="image/png")
