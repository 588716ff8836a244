"""Restoring: all or nothing, proved before it is committed; the drill; one table beside the living one."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from auto360.domains.backups.errors import BackupDamaged, ContentDiffers, ObjectChanged
from auto360.domains.backups.manifest import Manifest
from auto360.domains.backups.restore import Restore
from auto360.providers.object_storage import ObjectStoreError
from auto360.providers.postgres_dump import DumpFailed
from auto360.providers.postgres_dump.postgres import connected, facts_of
from auto360.providers.postgres_dump.restore import PostgresTarget
from auto360.providers.postgres_dump.row_security import row_security_findings
from tests.support.backup import SCHEMAS, BackupWorld, drill_of
from tests.support.hosted import hosted_project


@pytest.fixture(scope="module")
def project() -> Iterator[str]:
    """Yield a server that looks like another Supabase project, with the migrations and nothing in it."""
    with hosted_project("second", platform=False) as (address, _):
        yield address


def restored(world: BackupWorld, address: str) -> Manifest:
    manifest = world.archive.newest()
    Restore(world.archive, world.said.append).into_project(manifest, PostgresTarget(address))
    return manifest


def facts(address: str) -> dict[str, Any]:
    with connected(address) as connection:
        return facts_of(connection, SCHEMAS)


def one(address: str, query: str) -> Any:
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def test_a_new_project_gets_every_row_policy_and_publication(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    manifest = restored(backup_world, project)
    assert facts(project) == dict(manifest.tables)
    for query in (
        "select count(*) from pg_policies",
        "select string_agg(tablename, ',' order by tablename) from pg_publication_tables",
        "select count(*) from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)",
        "select string_agg(proacl::text, ',' order by proname, proacl::text) from pg_proc where proname ~ 'lease|otp'",
        "select string_agg(indexdef, ',' order by indexdef) from pg_indexes where schemaname = 'public'",
        "select count(*) from pg_trigger where not tgisinternal",
        # Those of the platform's own role go with the schema; no login may make them again.
        "select string_agg(defaclacl::text, ',') from pg_default_acl where defaclrole = 'postgres'::regrole",
        "select nspacl::text from pg_namespace where nspname = 'public'",
    ):
        assert one(project, query) == one(backup_world.source.dsn, query), query
    assert row_security_findings(project, manifest.tables) == []


def test_restoring_again_over_a_damaged_project_gives_the_same(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    manifest = restored(backup_world, project)
    with psycopg.connect(project, autocommit=True) as connection:
        connection.execute("delete from public.chat_messages")
        connection.execute("drop table public.listing_likes cascade")
        connection.execute("update public.accounts set name = 'nobody'")
        connection.execute("alter role authenticator reset pgrst.db_pre_request")
    restored(backup_world, project)
    assert facts(project) == dict(manifest.tables)
    setting = "select 'pgrst.db_pre_request=private.check_session' = any (rolconfig) from pg_roles where rolname = %s"
    with psycopg.connect(project) as connection:
        assert connection.execute(setting, ["authenticator"]).fetchone() == (True,), "sessions are checked again"


def test_rows_that_came_out_otherwise_are_named_and_nothing_is_changed(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    restored(backup_world, project)
    before = facts(project)
    manifest = backup_world.archive.newest()
    lied = dict(manifest.tables)
    table = lied["public.accounts"]
    for wrong in ({"rows": table.rows + 1}, {"hash": "17"}):
        lied["public.accounts"] = type(table)(**{**table.__dict__, **wrong})
        object.__setattr__(manifest, "tables", lied)
        with pytest.raises(ContentDiffers, match=r"public\.accounts has"):
            Restore(backup_world.archive, print).into_project(manifest, PostgresTarget(project))
        assert facts(project) == before


def test_a_damaged_backup_touches_nothing(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    restored(backup_world, project)
    before = facts(project)
    with backup_world.file_of(backup_world.archive.newest().objects[0].key).open("r+b") as file:
        file.seek(4000)
        file.write(b"\0\0\0")
    with pytest.raises(ObjectChanged):
        restored(backup_world, project)
    assert facts(project) == before


def test_damage_that_appears_while_it_is_restored_touches_nothing(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    restored(backup_world, project)
    before, manifest = facts(project), backup_world.archive.newest()

    def breaking() -> Iterator[bytes]:
        for number, chunk in enumerate(backup_world.archive.plain(manifest)):
            if number:
                raise ObjectChanged("it changed just now")
            yield chunk[: len(chunk) // 2]
        raise ObjectChanged("it changed just now")

    target = PostgresTarget(project)
    with pytest.raises((BackupDamaged, DumpFailed)):
        target.into_project(breaking, schemas=SCHEMAS, tables=manifest.tables, cluster=manifest.cluster)
    assert facts(project) == before


@pytest.mark.parametrize("mode", ["unavailable", "cut"])
def test_a_store_with_a_passing_fault_is_restored_from(backup_world: BackupWorld, project: str, mode: str) -> None:
    backup_world.backup().run("daily")
    backup_world.s3.turn(mode, times=3, methods=["GET"], after_bytes=100_000)
    manifest = restored(backup_world, project)
    assert facts(project) == dict(manifest.tables)


def test_a_store_that_stays_away_changes_nothing(
    backup_world: BackupWorld, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._TRIES", 2)
    monkeypatch.setattr("auto360.providers.object_storage.s3._READ_TRIES", 2)
    backup_world.backup().run("daily")
    restored(backup_world, project)
    before, manifest = facts(project), backup_world.archive.newest()
    backup_world.s3.turn("cut", methods=["GET"], after_bytes=100_000)
    with pytest.raises(ObjectStoreError):
        Restore(backup_world.archive, print).into_project(manifest, PostgresTarget(project))
    assert facts(project) == before


def test_a_restore_that_is_killed_changes_nothing(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    restored(backup_world, project)
    before, manifest = facts(project), backup_world.archive.newest()

    def killed() -> Iterator[bytes]:
        yield from itertools.islice(backup_world.archive.plain(manifest), 1)
        raise KeyboardInterrupt

    calls = iter([backup_world.archive.plain(manifest), killed()])
    with pytest.raises(KeyboardInterrupt):
        PostgresTarget(project).into_project(
            lambda: next(calls), schemas=SCHEMAS, tables=manifest.tables, cluster=manifest.cluster
        )
    assert facts(project) == before


def test_one_table_is_restored_beside_the_living_one(backup_world: BackupWorld, project: str) -> None:
    backup_world.backup().run("daily")
    manifest = restored(backup_world, project)
    with psycopg.connect(project, autocommit=True) as connection:
        connection.execute("delete from public.listing_saves")
        connection.execute("update public.listings set title = 'written after the backup' where status = 'active'")
    restore = Restore(backup_world.archive, print)
    target = PostgresTarget(project)
    assert restore.table(manifest, "public.listing_saves", target, add_missing=True) == "restored.listing_saves"
    assert facts(project)["public.listing_saves"] == manifest.tables["public.listing_saves"]
    restore.table(manifest, "public.listings", target, add_missing=True)
    assert one(project, "select count(*) from restored.listings where title = 'written after the backup'") == 0
    assert one(project, "select count(*) from public.listings where title = 'written after the backup'") > 0
    with pytest.raises(ValueError, match="not in the backup"):
        restore.table(manifest, "public.nothing", target, add_missing=False)
    assert (
        one(project, "select count(*) from pg_tables where schemaname = 'restored' and tableowner <> 'postgres'") == 0
    )
    with psycopg.connect(project, autocommit=True) as connection:
        connection.execute("drop schema restored cascade")


def test_the_drill_restores_the_newest_backup_and_writes_it_down(backup_world: BackupWorld) -> None:
    backup_world.backup().run("weekly")
    report = drill_of(backup_world).run()
    manifest = backup_world.archive.newest()
    assert report["rows"] == manifest.rows
    run = backup_world.last_run("restore_drill")
    assert (run["state"], run["manifest_key"]) == ("verified", manifest.key)
    assert run["drilled_run_id"] == backup_world.last_run("database_weekly")["id"]
    assert [key for key in backup_world.keys_in_store() if "/drill-" in key] == [run["object_key"]]
    backup_world.archive.verify(backup_world.archive.newest())


def test_the_drill_finds_what_is_damaged_and_what_is_too_old(backup_world: BackupWorld) -> None:
    backup_world.backup().run("daily")
    backup_world.clock.offset = timedelta(hours=30)
    with pytest.raises(ContentDiffers, match="30 hours old"):
        drill_of(backup_world).run()
    backup_world.clock.offset = timedelta(0)
    with backup_world.file_of(backup_world.archive.newest().objects[0].key).open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\0\0")
    with pytest.raises(ObjectChanged):
        drill_of(backup_world).run()
    assert str(backup_world.last_run("restore_drill")["failure_reason"]).startswith("ObjectChanged: db/")


def test_a_server_on_which_people_see_each_other_is_found_out(project: str, backup_world: BackupWorld) -> None:
    backup_world.backup().run("daily")
    restored(backup_world, project)
    with psycopg.connect(project) as connection:
        connection.execute("alter table public.auth_sessions disable row level security")
        connection.execute("grant select on public.accounts to anon, authenticated")
        connection.execute("create policy everybody on public.accounts for select using (true)")
        connection.commit()
    try:
        found = row_security_findings(project, backup_world.archive.newest().tables)
        assert any(text.startswith("public.accounts shows") and "not logged in" in text for text in found)
        assert set(found) >= {
            "public.auth_sessions has no row security",
            "public.accounts shows a user the rows of others",
        }
    finally:
        with contextlib.suppress(Exception):
            restored(backup_world, project)
