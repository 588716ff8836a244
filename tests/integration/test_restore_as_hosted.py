"""Hosted project's login is no superuser: dump, restore and proofs must do with what it may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
import pytest

from auto360.providers.postgres_dump import ClusterMetadata, DumpFailed, LeftOut
from auto360.providers.postgres_dump.permissions import NOT_READABLE, NOT_WRITABLE
from auto360.providers.postgres_dump.postgres import PostgresSource, connected, facts_of
from auto360.providers.postgres_dump.restore import PostgresTarget
from auto360.providers.postgres_dump.row_security import row_security_findings
from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from local.migrations import Schema
from local.paths import SEED
from tests.support.backup import SCHEMAS, BackupWorld, backup_variables
from tests.support.functions import forget_container
from tests.support.hosted import AUTOMATIC_ROW_SECURITY, hosted_project, one, run_script
from tests.support.prepared import fast_folder
from tools.backup.__main__ import main

_LEFT_OUT_OF_A_BACKUP = {
    "publication supabase_realtime_messages_publication",
    "table auth.custom_oauth_providers",
    "table storage.buckets_vectors",
    "table storage.vector_indexes",
}


def named(left_out: Iterable[LeftOut]) -> set[str]:
    return {f"{item.kind} {item.name}" for item in left_out}


def dumped(address: str, schemas: Any = SCHEMAS) -> tuple[Any, Any, bytes, Any]:
    with PostgresSource(address, schemas).snapshot() as snapshot:
        return snapshot.tables(), snapshot.cluster(), b"".join(snapshot.dump()), snapshot.left_out


def into_project(address: str, archive: bytes, tables: Any, cluster: Any) -> set[str]:
    left = PostgresTarget(address).into_project(
        partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster
    )
    return named(left)


def test_a_hosted_project_is_dumped_and_restored_by_its_own_login() -> None:
    with hosted_project() as (old, _), hosted_project("second") as (new, superuser):
        Schema(old).seed(SEED)
        tables, cluster, archive, left_out = dumped(old)
        assert named(left_out) == _LEFT_OUT_OF_A_BACKUP
        assert b"CREATE TABLE storage.buckets_vectors" in archive
        assert into_project(new, archive, tables, cluster) == {"policies storage.buckets_vectors"}
        with connected(new) as connection:
            without = {item.name for item in left_out}
            assert facts_of(connection, SCHEMAS, without=without) == tables
        published = (
            "select array_agg(tablename::text order by tablename) from pg_publication_tables where pubname = '{}'"
        )
        ours = [
            *(
                "chat_messages",
                "chat_threads",
                "comments",
                "listing_likes",
                "listing_saves",
                "listings",
                "notifications",
            ),
        ]
        assert one(new, published.format("supabase_realtime")) == ours
        assert one(new, published.format("supabase_realtime_messages_publication")) == ["messages_default"]
        setting = "select setconfig from pg_db_role_setting where setrole = 'authenticator'::regrole"
        assert "pgrst.db_pre_request=private.check_session" in one(new, setting)
        limits = "select count(*) from pg_trigger where tgrelid = 'storage.objects'::regclass and tgname ~ '^auto360'"
        assert one(new, limits) == one(old, limits) > 0
        # What is the platform's there is as it was.
        assert one(superuser, "select string_agg(id, ',') from storage.buckets_vectors") == "second"
        assert one(superuser, "select string_agg(identifier, ',') from auth.custom_oauth_providers") == "second"
        assert one(new, "select count(*) from pg_policies where policyname = 'of_the_platform'") == 1
        guards = """select array_agg(tgname::text order by tgname) from pg_trigger
                    where tgrelid = 'storage.objects'::regclass and tgname like 'auto360%'"""
        assert one(new, guards) == [
            "auto360_limit_files",
            "auto360_note_direct_picture",
            "auto360_note_file_change",
        ]


def test_a_backup_made_before_things_were_left_out_is_restored_too() -> None:
    with hosted_project() as (old, superuser), hosted_project("second") as (new, theirs):
        Schema(old).seed(SEED)
        tables, cluster, archive, left_out = dumped(superuser)
        assert left_out == []
        assert {"storage.buckets_vectors", "auth.custom_oauth_providers"} <= set(tables)
        # Enums were hashed by a number that is another one in each database; event triggers were not recorded.
        uncast = {name: replace(facts, expression=facts.expression.replace("type::text", "type"), hash="0")
                  if name == "storage.buckets" else facts for name, facts in tables.items()}  # fmt: skip
        assert into_project(new, archive, uncast, replace(cluster, event_triggers=())) == {
            "table auth.custom_oauth_providers",
            "table storage.buckets_vectors",
            "table storage.vector_indexes",
            "policies storage.buckets_vectors",
            "publication supabase_realtime_messages_publication",
        }
        assert one(theirs, "select string_agg(id, ',') from storage.buckets_vectors") == "second"
        assert one(new, "select count(*) from public.listings") == tables["public.listings"].rows > 0
        lied = {**uncast, "storage.buckets": replace(uncast["storage.buckets"], rows=99)}
        with pytest.raises(DumpFailed, match="99"):
            into_project(new, archive, lied, cluster)


def test_an_empty_project_gets_extensions_and_closed_functions_as_well() -> None:
    with hosted_project() as (old, _), hosted_project("second", migrated=False) as (new, superuser):
        Schema(old).seed(SEED)
        run_script(old, "create policy of_ours on realtime.messages for select using (false)")
        tables, cluster, archive, left_out = dumped(old)
        assert into_project(new, archive, tables, cluster) == {"policies storage.buckets_vectors"}
        with connected(new) as connection:
            assert facts_of(connection, SCHEMAS, without={item.name for item in left_out}) == tables
            connection.execute("create function public.made_later() returns int language sql as 'select 1'")
            connection.execute("create table public.made_later (id int)")
        extensions = "select count(*) from pg_extension where extname in ('citext', 'pg_trgm', 'pgcrypto', 'unaccent')"
        assert one(new, extensions) == 4
        opened = "select has_function_privilege('public', 'public.made_later()', 'execute')"
        assert one(new, opened) is False
        assert one(superuser, "select has_table_privilege('anon', 'public.made_later', 'select')") is False


def test_tables_of_the_platform_without_rows_are_neither_touched_nor_named() -> None:
    with hosted_project(platform=False) as (old, _), hosted_project("second", platform=False) as (new, superuser):
        tables, cluster, archive, left_out = dumped(old)
        assert named(left_out) == {"publication supabase_realtime_messages_publication"}
        # A newer image takes rights away, and adds tables that this backup knows nothing of.
        run_script(superuser, "revoke all on auth.users, auth.instances from postgres; drop table auth.instances")
        assert into_project(new, archive, tables, cluster) == set()


def test_rows_of_the_platform_that_a_backup_does_not_hold_are_taken_away() -> None:
    with hosted_project(platform=False) as (project, _):
        tables, cluster, archive, _ = dumped(project)
        run_script(project, "insert into auth.users (id) values (gen_random_uuid())")
        assert into_project(project, archive, tables, cluster) == set()
        assert one(project, "select count(*) from auth.users") == 0


def test_a_table_that_the_login_may_not_even_read_is_left_out() -> None:
    with hosted_project() as (project, superuser):
        run_script(superuser, "revoke pg_read_all_data from postgres")
        _, _, archive, left_out = dumped(project)
        reasons = {item.name: item.reason for item in left_out}
        assert reasons["auth.custom_oauth_providers"] == NOT_READABLE
        assert reasons["storage.vector_indexes"] == NOT_WRITABLE
        assert b"CREATE TABLE auth.custom_oauth_providers" not in archive


@pytest.mark.parametrize("recorded", [True, False])
def test_row_security_goes_on_being_switched_on_for_new_tables_after_a_restore(recorded: bool) -> None:  # noqa: FBT001
    with (
        hosted_project(automatic_row_security=recorded) as (old, _),
        hosted_project("second", automatic_row_security=not recorded) as (new, superuser),
    ):
        tables, cluster, archive, _ = dumped(old)
        assert bool(cluster.event_triggers) is recorded
        # The platform's library lets the login make event triggers; plain Postgres lets superusers only.
        assert "event trigger ensure_rls" in into_project(new, archive, tables, cluster)
        if not recorded:
            run_script(superuser, AUTOMATIC_ROW_SECURITY)
        assert "event trigger ensure_rls" not in into_project(superuser, archive, tables, cluster)
        run_script(new, "create table public.made_later (id int)")
        assert one(new, "select relrowsecurity from pg_class where relname = 'made_later'") is True
        with embedded_postgres(fast_folder()) as blank:
            PostgresTarget(blank).into_blank(partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster)
            assert one(blank, "select count(*) from pg_event_trigger where evtname = 'ensure_rls'") == int(recorded)


def test_a_drill_restores_a_hosted_backup_old_or_new() -> None:
    with hosted_project() as (old, superuser):
        Schema(old).seed(SEED)
        made_before = dumped(superuser)
        run_script(superuser, "alter role anon set search_path = '$user', public, extensions")
        made_now = dumped(old)
    for (tables, cluster, archive, _), left_out in (
        (made_before, {"publication supabase_realtime_messages_publication"}),
        (made_now, set()),
    ):
        with embedded_postgres(fast_folder()) as blank:
            left = PostgresTarget(blank).into_blank(
                partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=with_libraries(cluster)
            )
            assert named(left) == left_out
            assert row_security_findings(blank, tables) == []
    with embedded_postgres(fast_folder()) as blank:
        PostgresTarget(blank).into_blank(partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster)
        setting = "select setconfig from pg_db_role_setting where setrole = 'anon'::regrole and setdatabase = 0"
        assert any(value == 'search_path="$user", public, extensions' for value in one(blank, setting))


def with_libraries(cluster: ClusterMetadata) -> ClusterMetadata:
    """Add libraries of the platform to the roles, which neither this machine nor the drill's server has."""
    loaded = ["session_preload_libraries=supautils, safeupdate", "local_preload_libraries=$libdir/plugins/safeupdate"]
    loaded.append("safeupdate.enabled=0")
    return replace(cluster, roles=[{**role, "settings": [*role["settings"], *loaded]} for role in cluster.roles])


def test_what_is_left_out_stands_in_the_manifest_the_run_and_the_output(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in backup_variables(backup_world).items():
        monkeypatch.setenv(name, value)
    forget_container()
    left_out = f"table storage.buckets_vectors: {NOT_WRITABLE}"
    with hosted_project() as (old, _), hosted_project("second") as (new, _):
        monkeypatch.setenv("BACKUP_DATABASE_URL", old)
        assert main(["run", "daily"]) == 0
        assert named(backup_world.archive.newest().left_out) == _LEFT_OUT_OF_A_BACKUP
        details = backup_world.last_run("database_daily")["details"]
        assert isinstance(details, dict)
        assert left_out in details["left_out"]
        assert main(["run", "drill"]) == 0
        capsys.readouterr()
        main(["status"])
        assert f"left out: {left_out}" in capsys.readouterr().out
        assert main(["database", "--to", new, "--dry-run"]) == 0
        assert f"left out of the backup: {left_out}" in capsys.readouterr().out
        assert main(["database", "--to", new, "--yes"]) == 0
        output = capsys.readouterr().out
        assert f"left out: {left_out}" in output
        assert "left out: policies storage.buckets_vectors" in output
    forget_container()


def test_one_table_is_restored_by_a_hosted_projects_login() -> None:
    with hosted_project() as (project, _):
        Schema(project).seed(SEED)
        tables, _, archive, _ = dumped(project)
        with psycopg.connect(project, autocommit=True) as connection:
            connection.execute("delete from public.listing_saves")
        target = PostgresTarget(project)
        target.table_beside(
            partial(iter, [archive]), "public.listing_saves", tables["public.listing_saves"], add_missing=True
        )
        with connected(project) as connection:
            found = connection.execute("select count(*) from public.listing_saves").fetchone()
            assert found == (tables["public.listing_saves"].rows,)
