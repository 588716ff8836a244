"""Destroy, run one command, compare: the three scenarios of docs/reference/limits.md, section 8.2."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from auto360.providers.postgres_dump.postgres import connected, facts_of
from tests.support.backup import SCHEMAS, BackupWorld, backup_variables
from tests.support.functions import forget_container
from tests.support.hosted import hosted_project
from tests.support.objects import LocalS3
from tools.backup.__main__ import main

API = "http://127.0.0.1:8360/api"


@pytest.fixture
def region() -> Iterator[str]:
    """Yield an empty project in another region."""
    with hosted_project("second", platform=False) as (address, _):
        yield address


@pytest.fixture
def staff_member(backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[BackupWorld]:
    """Yield a person at a terminal with the variables of the functions."""
    for name, value in backup_variables(backup_world, API).items():
        monkeypatch.setenv(name, value)
    forget_container()
    yield backup_world
    forget_container()


def command(*arguments: str) -> int:
    return main(list(arguments))


def facts(address: str) -> dict[str, Any]:
    with connected(address) as connection:
        return facts_of(connection, SCHEMAS)


def row(address: str, query: str, *parameters: object) -> Any:
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute(query, parameters).fetchone()
    return found[0] if found else None


def copied_file(s3: LocalS3, bucket: str, name: str, data: bytes) -> None:
    """Create a file in a bucket and its replica, as the hourly run leaves it."""
    s3.store(bucket).put(name, [data], content_type="image/jpeg")
    digest = hashlib.sha256(data).hexdigest()
    s3.store().put(f"storage/current/{bucket}/{name}", [data], metadata={"sha256": digest})


def video(world: BackupWorld, provider: str, *, copied: bool) -> tuple[str, str]:
    """Return a listing with a video that is ready; gives both ids."""
    with world.source.connect() as connection:
        found = connection.execute(
            "update public.videos set provider = %s, provider_video_id = %s, gone_at = null, replica_key = null,"
            " fallback_provider = null, fallback_video_id = null, fallback_until = null,"
            " lasting_hls_url = null, lasting_player_url = null, lasting_thumbnail_url = null,"
            " replicated_at = null where id = (select id from public.videos where state = 'ready'"
            " and listing_id is not null and delete_requested_at is null"
            " and provider_video_id not like 'scene%%' limit 1) returning id, listing_id",
            [provider, f"scene{uuid.uuid4().hex}"],
        ).fetchone()
        assert found is not None
        video_id, listing = str(found[0]), str(found[1])
        if copied:
            digest = hashlib.sha256(video_id.encode()).digest()
            connection.execute(
                "insert into public.video_copy_tasks (video_id, needed_since, claim)"
                " values (%s, now(), gen_random_uuid())",
                [video_id],
            )
            connection.execute(
                "select public.note_video_copy(%s, t.claim, %s, 10, %s, 'original')"
                " from public.video_copy_tasks t where t.video_id = %s",
                [video_id, f"videos/{video_id}.mp4", digest, video_id],
            )
        connection.execute("select private.show_video(v, %s) from public.videos v where id = %s", [API, video_id])
    return video_id, listing


def plays(world: BackupWorld, video_id: str) -> list[str]:
    found = row(world.source.dsn, "select public.video_plays(%s)", video_id)
    return [copy.get("provider", "replica") for copy in found["copies"]]


def test_scenario_1_a_corrupt_database_is_as_it_was(staff_member: BackupWorld) -> None:
    address = staff_member.source.dsn
    assert command("run", "daily") == 0
    before = staff_member.archive.newest().tables
    with staff_member.source.connect() as connection:
        connection.execute(
            "delete from public.chat_messages; update public.listings set title = 'Взломано' where status = 'active'"
        )
        connection.execute("drop table public.listing_saves cascade")
    assert command("database", "--dry-run") == 0
    assert row(address, "select count(*) from public.chat_messages") == 0
    assert command("database", "--yes") == 0
    assert facts(address) == dict(before)


def test_scenario_1_without_a_person_or_yes_nothing_is_replaced(staff_member: BackupWorld) -> None:
    assert command("run", "daily") == 0
    with staff_member.source.connect() as connection:
        connection.execute("insert into public.metrics_daily (day, metric, value) values (now(), 'after_backup', 1)")
    assert command("database") == 0
    assert row(staff_member.source.dsn, "select count(*) from public.metrics_daily where metric = 'after_backup'") == 1


def test_scenario_1_a_damaged_backup_is_named_and_not_restored(
    staff_member: BackupWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("run", "daily") == 0
    with staff_member.file_of(staff_member.archive.newest().objects[0].key).open("r+b") as file:
        file.seek(9000)
        file.write(b"\0\0\0\0")
    before = facts(staff_member.source.dsn)
    assert command("verify") == 1
    assert "ObjectChanged" in capsys.readouterr().out
    assert command("database", "--yes") == 1
    assert "ObjectChanged: db/" in capsys.readouterr().err
    assert facts(staff_member.source.dsn) == before


def test_scenario_2_playback_goes_to_the_copies_and_back(staff_member: BackupWorld) -> None:
    address = staff_member.source.dsn
    with_copy, listing = video(staff_member, "api_video", copied=True)
    without, other = video(staff_member, "api_video", copied=False)
    url = "select video_url from public.listings where id = %s"
    there = row(address, url, listing)
    assert there.startswith("https://cdn.api.video/")
    assert command("playback", "api_video", "--dry-run") == 0
    assert row(address, url, listing) == there
    assert command("playback", "api_video", "--yes") == 0
    assert plays(staff_member, with_copy) == ["replica"]
    assert row(address, url, listing).startswith(f"{API}/video/{with_copy}/")
    assert plays(staff_member, without) == ["api_video"]
    assert row(address, url, other).startswith("https://cdn.api.video/")
    assert command("playback", "api_video", "--yes") == 0
    assert command("playback", "api_video", "--back", "--yes") == 0
    assert row(address, url, listing) == there
    assert plays(staff_member, with_copy) == ["api_video", "replica"]
    assert row(address, "select count(*) from public.playback_switches where switched_back_at is null") == 0


def test_scenario_2_a_video_that_was_gone_before_is_not_led_back(staff_member: BackupWorld) -> None:
    gone, _ = video(staff_member, "yandex", copied=True)
    with staff_member.source.connect() as connection:
        connection.execute("update public.videos set gone_at = now() - interval '1 day' where id = %s", [gone])
    here, _ = video(staff_member, "yandex", copied=True)
    assert command("playback", "yandex", "--yes") == 0
    assert plays(staff_member, here) == ["replica"]
    assert command("playback", "yandex", "--back", "--yes") == 0
    assert plays(staff_member, here) == ["yandex", "replica"]
    assert plays(staff_member, gone) == ["replica"]


def test_emptied_buckets_are_filled_again(staff_member: BackupWorld) -> None:
    s3 = staff_member.s3
    files = {("avatars", "u1/a b.jpg"): os.urandom(3000), ("documents", "u1/d.pdf"): os.urandom(6_000_000)}
    for (bucket, name), data in files.items():
        copied_file(s3, bucket, name, data)
    s3.store("avatars").delete(["u1/a b.jpg"])
    s3.store("documents").put("u1/d.pdf", [b"overwritten"])
    assert command("buckets", "--yes") == 0
    for (bucket, name), data in files.items():
        assert b"".join(s3.store(bucket).get(name)) == data
    assert command("buckets", "--yes", "--bucket", "avatars") == 0


def test_a_copy_that_changed_is_named_and_not_put_back(
    staff_member: BackupWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    copied_file(staff_member.s3, "avatars", "u2/x.jpg", b"picture")
    staff_member.s3.store("avatars").delete(["u2/x.jpg"])
    staff_member.s3.store().put("storage/current/avatars/u2/x.jpg", [b"forgery"], metadata={"sha256": "0" * 64})
    assert command("buckets", "--yes") == 1
    assert "ObjectChanged: storage/current/avatars/u2/x.jpg" in capsys.readouterr().err
    assert staff_member.s3.store("avatars").head("u2/x.jpg") is None


def test_scenario_3_a_new_region_from_nothing_but_the_store(staff_member: BackupWorld, region: str) -> None:
    copied_file(staff_member.s3, "avatars", "u3/a.jpg", b"picture")
    with_copy, _ = video(staff_member, "yandex", copied=True)
    assert command("run", "daily") == 0
    before = staff_member.archive.newest().tables
    staff_member.s3.store("avatars").delete(["u3/a.jpg"])
    assert command("rebuild", "--to", region, "--dry-run") == 0
    assert row(region, "select count(*) from public.accounts") == 0
    assert command("rebuild", "--to", region, "--lost", "yandex", "--yes") == 0
    after = facts(region)
    changed = {name for name in before if after[name] != before[name]}
    assert changed <= {"public.videos", "public.listings", "public.playback_switches"}
    assert {name: facts.rows for name, facts in after.items()} == {
        name: facts.rows for name, facts in before.items()
    } | {"public.playback_switches": before["public.playback_switches"].rows + 1}
    assert b"".join(staff_member.s3.store("avatars").get("u3/a.jpg")) == b"picture"
    found = row(region, "select public.video_plays(%s)", with_copy)
    assert [copy["replica_key"] for copy in found["copies"]] == [f"videos/{with_copy}.mp4"]


def test_status_tells_of_runs_and_backups(staff_member: BackupWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("run", "weekly") == 0
    assert command("status") == 0
    shown = capsys.readouterr().out
    assert "database_weekly   verified" in shown
    assert "1 database backups in the store" in shown
    staff_member.s3.store().delete([staff_member.archive.newest().objects[0].key])
    assert command("status") == 1
    assert "ObjectOfManifestMissing" in capsys.readouterr().out
