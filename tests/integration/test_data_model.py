"""docs/data-model.md is drawn from the schema as the migrations build it."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.database import Database
from tools.data_model import AREAS, DOCUMENT, document, read


def test_the_document_shows_the_present_schema(database: Database) -> None:
    with psycopg.connect(database.dsn) as connection:
        assert DOCUMENT.read_text(encoding="utf-8") == document(read(connection)), "run `make data-model`"


def test_a_table_without_an_area_is_named(database: Database) -> None:
    with psycopg.connect(database.dsn) as connection:
        connection.execute("create table public.homeless (id uuid primary key)")
        with pytest.raises(ValueError, match="homeless"):
            read(connection)
        connection.rollback()


def test_every_area_is_drawn() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"## {area}\n\n```mermaid\nerDiagram\n" in text for area in AREAS)
