"""Rights of the local project's login: refused and allowed like those of a hosted project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from local.errors import StackError
from local.migrations import Schema
from local.paths import SUPABASE_BOOTSTRAP
from local.postgres import SUPERUSER
from local.secrets import Keyring
from tests.support.database import Database
from tests.support.ports import own_ports, worker_number
from tests.support.prepared import new_server, open_folder

_LENT = """select count(*) from pg_auth_members m
  where m.member = 'postgres'::regrole and m.roleid::regrole::text ~ '_(auth|storage|realtime)_admin$'"""


@pytest.fixture
def login(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Yield the project's login in a transaction that is rolled back."""
    with database.connect() as connection, connection.transaction(force_rollback=True):
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "create policy p on storage.objects for select using (false)",
        "create policy p on realtime.messages for select using (false); drop policy p on realtime.messages",
        "create policy p on auth.users using (true); alter policy p on auth.users using (false)",
        "drop trigger update_objects_updated_at on storage.objects",
        "create trigger t after insert on storage.objects for each row execute function private.refuse_change()",
        "set local session_replication_role = replica",
        "alter role authenticator set pgrst.db_max_rows = '10'",
        "insert into storage.buckets (id, name) values ('b', 'b')",
        "create extension unaccent with schema public; drop extension unaccent",
    ],
)
def test_what_a_hosted_project_allows_is_allowed(statement: str, login: psycopg.Connection[Any]) -> None:
    if "unaccent" in statement:
        login.execute("drop extension unaccent cascade")
    login.execute(statement.encode())
    assert login.execute(_LENT.encode()).fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "create policy p on storage.buckets_vectors for select using (false)",
        "create policy p on auth.one_time_tokens for select using (false)",
        "alter table storage.objects add column mine text",
        "create index on storage.objects (updated_at)",
        "alter table storage.objects disable trigger all",
        "create table storage.mine (id int)",
        "create function auth.mine() returns int language sql as 'select 1'",
        "create table realtime.mine (id int)",
        "delete from auth.custom_oauth_providers where id is null",
        "insert into storage.buckets_vectors (id) values ('mine')",
        "delete from auth.schema_migrations",
        "delete from storage.objects",
        "alter publication supabase_realtime_messages_publication add table public.listings",
        "alter role supabase_admin set search_path = ''",
        "alter default privileges for role supabase_admin in schema public revoke all on tables from anon",
        "create role mine superuser",
        "alter role authenticator set session_preload_libraries = 'safeupdate'",
        "set role supabase_storage_admin",
        "copy (select 1) to program 'true'",
    ],
)
def test_what_a_hosted_project_refuses_is_refused(statement: str, login: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), login.transaction():
        login.execute(statement.encode())
    assert login.execute(_LENT.encode()).fetchone() == (0,)


def test_a_trigger_on_a_table_that_only_the_platform_writes_stays(database: Database) -> None:
    name = "storage.enforce_bucket_name_length"
    with database.connect_as_platform() as platform:
        platform.execute(
            f"create trigger t before insert on storage.buckets_vectors for each row execute function {name}()".encode()
        )
        try:
            with database.connect() as login, pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute("drop trigger t on storage.buckets_vectors")
        finally:
            platform.execute("drop trigger t on storage.buckets_vectors")


def test_nothing_that_the_login_makes_is_open_to_the_api(database: Database) -> None:
    """As a new project is before our own migrations close it further."""
    with database.connect() as connection:
        name = f"bare_{worker_number()}"
        connection.execute(f"drop database if exists {name} with (force)".encode())
        connection.execute(f"create database {name}".encode())
        try:
            superuser = psycopg.conninfo.make_conninfo(database.superuser_dsn, dbname=name)
            Schema(superuser).bootstrap(SUPABASE_BOOTSTRAP)
            with psycopg.connect(psycopg.conninfo.make_conninfo(database.dsn, dbname=name), autocommit=True) as bare:
                bare.execute("create table public.made (id int); create sequence public.counted")
                opened = """select bool_or(has_table_privilege(r, 'public.made', 'select, insert, update, delete')
                    or has_sequence_privilege(r, 'public.counted', 'usage, select'))
                  from unnest(array['anon', 'authenticated', 'service_role']) r"""
                assert bare.execute(opened.encode()).fetchone() == (False,)
        finally:
            connection.execute(f"drop database if exists {name} with (force)".encode())


def test_statements_end_at_the_limits_of_their_role(database: Database) -> None:
    with database.connect() as connection:
        limits = "select setconfig from pg_db_role_setting where setrole = '{}'::regrole and setdatabase = 0"
        for role, limit in (("anon", "3s"), ("authenticated", "8s"), ("authenticator", "8s")):
            [(settings,)] = connection.execute(limits.format(role).encode()).fetchall()
            assert f"statement_timeout={limit}" in settings
        assert connection.execute("show statement_timeout").fetchone() == ("2min",)


def test_a_data_folder_of_an_older_version_is_named_and_left_as_it_is() -> None:
    folder, keyring = open_folder(), Keyring.generate()
    server = new_server(folder, own_ports(), keyring, folder / "postgres.log")
    try:
        server.start()
        with psycopg.connect(server.superuser_dsn, autocommit=True) as connection:
            # Such clusters belong to `postgres`, and the platform's role has neither login nor password.
            connection.execute(f"create role postgres superuser login password '{keyring.postgres_password}'".encode())
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(f"alter role {SUPERUSER} password null".encode())
        server.stop()
        with pytest.raises(StackError, match=r"an older version made it.*make db-reset"):
            server.start()
        assert any(server.placement.data.iterdir())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_database_of_an_older_imitation_asks_to_be_made_anew(database: Database) -> None:
    name = f"older_{worker_number()}"
    with database.connect_as_platform() as connection:
        connection.execute(f"create database {name}".encode())
        try:
            connection.execute(f"comment on database {name} is 'auto360 bootstrap of another day'".encode())
            older = psycopg.conninfo.make_conninfo(database.superuser_dsn, dbname=name)
            with pytest.raises(StackError, match="make db-reset"):
                Schema(older).bootstrap(SUPABASE_BOOTSTRAP)
        finally:
            connection.execute(f"drop database {name} with (force)".encode())
