"""A hosted project's login is no superuser: dump, restore and proofs must do with what it may."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auto360.providers.postgres_dump import DumpFailed, LeftOut
from auto360.providers.postgres_dump.permissions import NOT_WRITABLE
from auto360.providers.postgres_dump.postgres import PostgresSource, connected, facts_of
from auto360.providers.postgres_dump.restore import PostgresTarget
from auto360.providers.postgres_dump.row_security import row_security_findings
from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from local.migrations import Schema
from local.paths import SEED
from tests.support.backup import SCHEMAS, BackupWorld, backup_variables
from tests.support.functions import forget_container
from tests.support.hosted import hosted_project, one, run_script
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


def test_a_hosted_project_is_dumped_and_restored_by_its_own_login() -> None:
    with hosted_project() as (old, theirs), hosted_project("second") as (new, superuser):
        Schema(old).seed(SEED)
        run_script(theirs, "alter role authenticator set pgrst.db_pre_request = 'private.is_rest_user'")
        run_script(superuser, "grant authenticator to hosted with admin option")
        run_script(superuser, "grant set on parameter pgrst.db_pre_request to hosted")
        tables, cluster, archive, left_out = dumped(old)
        assert named(left_out) == _LEFT_OUT_OF_A_BACKUP
        assert b"CREATE TABLE storage.buckets_vectors" in archive
        left = PostgresTarget(new).into_project(
            partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster
        )
        assert named(left) == {"policies storage.buckets_vectors"}
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
        assert one(new, published.format("supabase_realtime_messages_publication")) == ["messages"]
        setting = "select setconfig from pg_db_role_setting where setrole = 'authenticator'::regrole"
        assert "pgrst.db_pre_request=private.is_rest_user" in one(new, setting)
        limits = "select count(*) from pg_trigger where tgrelid = 'storage.objects'::regclass and tgname ~ '^auto360'"
        assert one(new, limits) == one(old, limits) > 0
        # What is the platform's there is as it was.
        assert one(superuser, "select string_agg(id, ',') from storage.buckets_vectors") == "second"
        assert one(superuser, "select string_agg(id, ',') from auth.custom_oauth_providers") == "second"
        assert one(new, "select count(*) from pg_policies where policyname = 'of_the_platform'") == 1
        guards = "select array_agg(tgname::text) from pg_trigger where tgrelid = 'storage.objects'::regclass and {}"
        assert one(new, guards.format("tgname like 'auto360%'")) == ["auto360_limit_files"]


def test_a_backup_made_before_things_were_left_out_is_restored_too() -> None:
    with hosted_project() as (old, superuser), hosted_project("second") as (new, theirs):
        Schema(old).seed(SEED)
        tables, cluster, archive, left_out = dumped(superuser)
        assert left_out == []
        assert {"storage.buckets_vectors", "auth.custom_oauth_providers"} <= set(tables)
        # Enums were hashed by a number that is another one in each database.
        uncast = {name: replace(facts, expression=facts.expression.replace("type::text", "type"), hash="0")
                  if name == "storage.buckets" else facts for name, facts in tables.items()}  # fmt: skip
        left = PostgresTarget(new).into_project(
            partial(iter, [archive]), schemas=SCHEMAS, tables=uncast, cluster=cluster
        )
        assert named(left) == {
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
            PostgresTarget(new).into_project(partial(iter, [archive]), schemas=SCHEMAS, tables=lied, cluster=cluster)


def test_an_empty_project_gets_extensions_and_closed_functions_as_well() -> None:
    with hosted_project() as (old, superuser), hosted_project("second", migrated=False) as (new, _):
        Schema(old).seed(SEED)
        run_script(superuser, "create policy of_ours on realtime.messages for select using (false)")
        run_script(superuser, "alter role authenticator set pgrst.db_pre_request = 'private.is_rest_user'")
        tables, cluster, archive, left_out = dumped(old)
        left = PostgresTarget(new).into_project(
            partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster
        )
        assert named(left) - {"extension pg_stat_statements"} == {
            "policies realtime.messages",
            "setting authenticator pgrst.db_pre_request",
            "policies storage.buckets_vectors",
        }
        with connected(new) as connection:
            assert facts_of(connection, SCHEMAS, without={item.name for item in left_out}) == tables
            connection.execute("create function public.made_later() returns int language sql as 'select 1'")
        extensions = "select count(*) from pg_extension where extname in ('citext', 'pg_trgm', 'pgcrypto', 'unaccent')"
        assert one(new, extensions) == 4
        opened = "select has_function_privilege('public', 'public.made_later()', 'execute')"
        assert one(new, opened) is False


def test_a_drill_restores_a_hosted_backup_old_or_new() -> None:
    with hosted_project() as (old, superuser):
        Schema(old).seed(SEED)
        made_before = dumped(superuser)
        # A platform loads libraries that the drill's server does not have.
        run_script(superuser, "alter role anon set search_path = '$user', public, extensions")
        run_script(superuser, "alter role postgres set session_preload_libraries = 'supautils'")
        made_now = dumped(old)
    for (tables, cluster, archive, _), left_out in (
        (made_before, {"publication supabase_realtime_messages_publication"}),
        (made_now, set()),
    ):
        with embedded_postgres(Path(tempfile.gettempdir())) as blank:
            left = PostgresTarget(blank).into_blank(
                partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster
            )
            assert named(left) == left_out
            assert row_security_findings(blank, tables) == []
    with embedded_postgres(Path(tempfile.gettempdir())) as blank:
        PostgresTarget(blank).into_blank(partial(iter, [archive]), schemas=SCHEMAS, tables=tables, cluster=cluster)
        setting = "select setconfig from pg_db_role_setting where setrole = 'anon'::regrole and setdatabase = 0"
        assert any(value == 'search_path="$user", public, extensions' for value in one(blank, setting))


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
