"""Migrations build the whole schema on an empty project, without a superuser; the demo data load twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import ExecStatus

from local.migrations import migrations_in
from local.paths import MIGRATIONS, SEED
from local.supabase_project import prepare_project
from tests.integration.access_scene import Connection, tables
from tests.support.database import Database

# Building the databases takes seconds: one process runs the module.
pytestmark = pytest.mark.xdist_group("from_zero")


@contextmanager
def new_database(database: Database, name: str) -> Iterator[str]:
    """Yield an empty database of the same server, dropped afterwards."""
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield make_conninfo(database.dsn, dbname=name)
        finally:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def run(connection: Connection, text: str) -> None:
    """Run a file in one transaction."""
    with connection.transaction():
        connection.execute(text.encode())


@pytest.fixture(scope="module")
def hosted(database: Database) -> Iterator[Connection]:
    """Yield a project as it is hosted."""
    with new_database(database, "from_zero") as dsn:
        prepare_project(make_conninfo(database.superuser_dsn, dbname="from_zero"), database.keyring)
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield connection


@pytest.fixture(scope="module")
def migrated(hosted: Connection) -> Connection:
    """Return the project after all migrations, each in its own transaction."""
    for migration in migrations_in(MIGRATIONS):
        run(hosted, migration.text)
    return hosted


def contents(connection: Connection) -> dict[str, tuple[int, str]]:
    """Number and digest of the rows of every table."""
    result = {}
    for table in tables(connection):
        query = sql.SQL(
            "select count(*), coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') from public.{} t"
        )
        row = connection.execute(query.format(sql.Identifier(table))).fetchone()
        assert row is not None
        result[table] = (row[0], row[1])
    return result


def count(connection: Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_the_owner_of_the_project_is_no_superuser(migrated: Connection) -> None:
    assert count(migrated, "select count(*) from pg_roles where rolname = current_user and not rolsuper") == 1


def test_the_migrations_build_the_same_tables_as_in_the_tests(migrated: Connection, database: Database) -> None:
    with psycopg.connect(database.dsn) as connection:
        assert tables(migrated) == tables(connection)


def test_migrations_only_go_forward() -> None:
    hiding_failures = re.compile(
        r"create (table|(unique )?index|schema|policy|trigger|type) if not exists|create or replace (?!function)"
        r"|drop .* if exists",
        re.IGNORECASE,
    )
    offending = [
        f"{migration.path.name}: {match.group()}"
        for migration in migrations_in(MIGRATIONS)
        for match in hiding_failures.finditer(migration.text)
    ]
    assert offending == []


def test_no_function_is_created_twice() -> None:
    heads = re.compile(
        r"create (or replace )?function ([\w.]+)\s*\(([^$]*?)\)\s*(?:returns|language)\b", re.IGNORECASE | re.DOTALL
    )
    made: dict[tuple[str, str], str] = {}
    offending = []
    for migration in migrations_in(MIGRATIONS):
        for replaces, name, arguments in heads.findall(migration.text):
            head = (name, " ".join(arguments.split()))
            if replaces or head in made:
                offending.append(f"{migration.path.name}: {name}, made in {made.get(head, 'no file')}")
            made[head] = migration.path.name
    assert len(made) > 400
    assert offending == [], "edit the function where it lives"


def test_nothing_is_altered_or_dropped_after_its_creation() -> None:
    changes = re.compile(
        r"^(alter table (?![\w.]+ (enable row level security|replica identity full);)"
        r"|alter (index|function|policy) |drop )[^\n]*",
        re.IGNORECASE | re.MULTILINE,
    )
    offending = [
        f"{migration.path.name}: {match.group()}"
        for migration in migrations_in(MIGRATIONS)
        for match in changes.finditer(migration.text)
    ]
    assert offending == [], "edit the statement that creates it"


def test_migrations_leave_their_transaction_to_whoever_runs_them() -> None:
    own_transaction = re.compile(r"^\s*(begin|commit|rollback)\s*;|concurrently", re.IGNORECASE | re.MULTILINE)
    bodies = re.compile(r"\$\$.*?\$\$", re.DOTALL)
    offending = [m.path.name for m in migrations_in(MIGRATIONS) if own_transaction.search(bodies.sub("", m.text))]
    assert offending == []


def test_the_demo_data_fill_all_three_categories(migrated: Connection) -> None:
    run(migrated, SEED.read_text())

    assert count(migrated, "select count(*) from accounts") >= 12
    assert count(migrated, "select count(*) from business_accounts") == 3
    assert count(migrated, "select count(*) from listings") >= 60
    assert count(migrated, "select count(distinct category) from listings where status = 'active'") == 3
    assert count(migrated, "select count(*) from listings where details = '{}'") == 0
    assert count(migrated, "select count(*) from listings where title !~ '[А-Яа-яЁёҢңӨөҮү]'") <= 20
    assert count(migrated, "select count(distinct status) from listings") == 7
    assert count(migrated, "select count(*) from chat_messages") >= 12
    assert count(migrated, "select sum(likes_count) from listing_counters") == count(
        migrated, "select count(*) from listing_likes"
    )


def test_loading_the_demo_data_again_changes_nothing(migrated: Connection) -> None:
    run(migrated, SEED.read_text())
    before = contents(migrated)

    run(migrated, SEED.read_text())

    assert contents(migrated) == before


def test_the_migration_of_videos_begins_paused(migrated: Connection) -> None:
    assert migrated.execute(
        "select paused_at is not null from public.job_leases where job = 'video_migrator'"
    ).fetchall() == [(True,)]


def statements_of(script: str) -> list[str]:
    """Cut a script at its semicolons, as the Supabase command line tool does."""
    token = re.compile(r"--[^\n]*|'(?:[^']|'')*'|(\$\w*\$).*?\1|;", re.DOTALL)
    found, start = [], 0
    for match in token.finditer(script):
        if match.group() == ";":
            found.append(script[start : match.start()])
            start = match.end()
    return [text for text in [*found, script[start:]] if re.sub(r"--[^\n]*", "", text).strip()]


def test_every_statement_of_the_demo_data_is_prepared_before_the_first_one_runs(migrated: Connection) -> None:
    statements = statements_of(SEED.read_text())
    for number, statement in enumerate(statements):
        prepared = migrated.pgconn.prepare(f"seed_{number}".encode(), statement.encode())
        assert prepared.status == ExecStatus.COMMAND_OK, prepared.error_message.decode()
    with migrated.transaction(force_rollback=True):
        for number in range(len(statements)):
            done = migrated.pgconn.exec_prepared(f"seed_{number}".encode(), [])
            assert done.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK), done.error_message.decode()
        assert count(migrated, "select count(*) from listings") >= 60
    migrated.execute("deallocate all")
