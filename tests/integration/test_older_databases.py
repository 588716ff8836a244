"""Databases that other migrations built are refused in one sentence, and keep their data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from local.errors import StackError
from local.migrations import Schema
from tests.support.database import Database

FIRST, SECOND = "20260101000100_first.sql", "20260101000200_second.sql"


@pytest.fixture
def older(database: Database, tmp_path: Path) -> Iterator[tuple[Schema, Path]]:
    """Yield a database that two migrations built, with a row, and their folder."""
    name = sql.Identifier("older")
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
        try:
            (tmp_path / FIRST).write_text("create table public.kept (id integer)")
            (tmp_path / SECOND).write_text("insert into public.kept values (1)")
            schema = Schema(make_conninfo(database.dsn, dbname="older"))
            assert schema.migrate(tmp_path) == 2
            yield schema, tmp_path
        finally:
            connection.execute(sql.SQL("drop database older with (force)"))


def kept(schema: Schema) -> list[tuple[int]]:
    """Return the rows of the table."""
    with psycopg.connect(schema.dsn) as connection:
        return connection.execute("select id from public.kept").fetchall()


def refusal(schema: Schema, folder: Path) -> str:
    """Return the sentence with which the migrations are refused."""
    with pytest.raises(StackError) as caught:
        schema.migrate(folder)
    return str(caught.value)


def test_the_same_migrations_are_applied_once(older: tuple[Schema, Path]) -> None:
    schema, folder = older

    assert schema.migrate(folder) == 0
    assert kept(schema) == [(1,)]


def test_a_migration_that_is_gone_asks_for_a_reset(older: tuple[Schema, Path]) -> None:
    schema, folder = older
    (folder / SECOND).unlink()
    (folder / "20260101000300_third.sql").write_text("drop table public.kept")

    said = refusal(schema, folder)

    assert "20260101000200" in said
    assert "`make db-reset`" in said
    assert "\n" not in said
    assert kept(schema) == [(1,)]


def test_a_migration_that_has_changed_asks_for_a_reset_before_a_new_one_runs(older: tuple[Schema, Path]) -> None:
    schema, folder = older
    (folder / SECOND).write_text("insert into public.kept values (2)")
    (folder / "20260101000050_before.sql").write_text("drop table public.kept")

    said = refusal(schema, folder)

    assert SECOND in said
    assert "`make db-reset`" in said
    assert kept(schema) == [(1,)]
