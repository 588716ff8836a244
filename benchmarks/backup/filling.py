"""Database of a given size, with rows like ours: Cyrillic texts of many words, uuids, JSON, numbers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

import psycopg
from psycopg import sql

BYTES_PER_ROW = 600
_MADE = 250_000
# An empty table has a few pages.
_EMPTY = 1_000_000
_LETTERS = "бавегодижузакилуманоперосутифахоцичушаэлкораререриратететотынанонылалило"
_TABLE = """
create table if not exists public.bench_listings (
  id uuid primary key, seller_id uuid not null, created_at timestamptz not null, title text not null,
  description text not null, details jsonb not null, price integer not null, latitude double precision)
"""
# Generating texts takes most of the time; more of them would compress like the first ones.
_MORE = """
insert into public.bench_listings
select gen_random_uuid(), gen_random_uuid(), created_at, title, description, details, price, latitude
from public.bench_listings limit %(rows)s
"""


def fill(dsn: str, *, gigabytes: float, tables: int = 1) -> float:
    """Insert rows until the tables have the size together, each the same; returns the size in gigabytes."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_TABLE)
        while (size := _size(connection)) < gigabytes * 1e9 / tables:
            missing = int((gigabytes * 1e9 / tables - size) / BYTES_PER_ROW) + 1
            if size < _EMPTY:
                _make(connection, min(_MADE, missing))
            else:
                connection.execute(_MORE, {"rows": missing})
        for number in range(2, tables + 1):
            _copy(connection, f"public.bench_listings_{number}")
        connection.execute("vacuum analyze")
        return _size(connection) * tables / 1e9


def _copy(connection: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    row = connection.execute("select to_regclass(%s)", [table]).fetchone()
    if row is not None and row[0] is None:
        name = sql.Identifier(*table.split("."))
        connection.execute(sql.SQL("create table {} (like public.bench_listings including all)").format(name))
        connection.execute(sql.SQL("insert into {} select * from public.bench_listings").format(name))


def _make(connection: psycopg.Connection[tuple[object, ...]], rows: int) -> None:
    with connection.cursor() as cursor, cursor.copy("copy public.bench_listings from stdin") as copy:
        for row in _rows(rows):
            copy.write_row(row)


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    source = random.Random(360)  # noqa: S311 - the same rows in every run
    pairs = [_LETTERS[at : at + 2] for at in range(0, len(_LETTERS), 2)]
    words = ["".join(source.choices(pairs, k=source.randint(2, 5))) for _ in range(6000)]
    # Few words are frequent and most are rare, as in a language.
    weights = [1 / (rank + 10) for rank in range(len(words))]
    cumulated = list(accumulate(weights))
    now = datetime(2026, 11, 24, tzinfo=UTC)
    for _ in range(count):
        text = source.choices(words, cum_weights=cumulated, k=26)
        details = {"vin": f"{source.getrandbits(68):017X}", "mileage_km": source.randrange(300_000), "color": text[0]}
        yield (
            UUID(int=source.getrandbits(128), version=4),
            UUID(int=source.getrandbits(128), version=4),
            now - timedelta(seconds=source.random() * 3e7),
            f"{text[1]} {text[2]} {source.randint(1990, 2025)}",
            " ".join(text[3:]),
            json.dumps(details, ensure_ascii=False),
            source.randrange(5_000_000),
            42 + source.random(),
        )


def _size(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("select pg_table_size('public.bench_listings')").fetchone()
    return int(str(row[0])) if row else 0
