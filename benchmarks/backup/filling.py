"""A database of a wanted size, of rows like ours: Cyrillic texts of many words, uuids, JSON, numbers."""

from __future__ import annotations

import random

import psycopg

BYTES_PER_ROW = 620
_AT_ONCE = 300_000
_LETTERS = "бавегодижузакилуманоперосутифахоцичушаэлкораререриратететотынанонылалило"
_TABLE = """
create table if not exists public.bench_listings (
  id uuid primary key, seller_id uuid not null, created_at timestamptz not null, title text not null,
  description text not null, details jsonb not null, price integer not null, latitude double precision)
"""
# Few words are frequent and most are rare, as in a language.
_ROWS = """
insert into public.bench_listings
select gen_random_uuid(), gen_random_uuid(), now() - random() * interval '400 days',
  w.words[1 + (cardinality(w.words) * random() ^ 2)::int %% cardinality(w.words)]
    || ' ' || (1990 + (random() * 35)::int),
  array_to_string(array(select w.words[1 + (cardinality(w.words) * random() ^ 3)::int %% cardinality(w.words)]
    from generate_series(1, 22) n where g + n > 0), ' '),
  jsonb_build_object('mileage_km', (random() * 300000)::int, 'year', 1990 + (random() * 35)::int,
    'vin', upper(substr(md5(random()::text), 1, 17)), 'color', w.words[1 + (random() * 30)::int]),
  (random() * 5000000)::int, 42 + random()
from generate_series(1, %(rows)s) g, (select %(words)s::text[] as words) w
"""
# Making texts takes most of the time; more of them would compress as the first ones do.
_MORE = """
insert into public.bench_listings
select gen_random_uuid(), gen_random_uuid(), created_at, title, description, details, price, latitude
from public.bench_listings limit %(rows)s
"""


def fill(dsn: str, *, gigabytes: float) -> float:
    """Make rows until the table has the size; gives it in gigabytes."""
    words = _words()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_TABLE)
        while (size := _size(connection)) < gigabytes * 1e9:
            missing = int((gigabytes * 1e9 - size) / BYTES_PER_ROW) + 1
            if size == 0:
                connection.execute(_ROWS, {"rows": min(_AT_ONCE, missing), "words": words})
            else:
                connection.execute(_MORE, {"rows": missing})
        connection.execute("vacuum analyze public.bench_listings")
        return _size(connection) / 1e9


def _size(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("select pg_table_size('public.bench_listings')").fetchone()
    return int(str(row[0])) if row else 0


def _words() -> list[str]:
    source = random.Random(360)  # noqa: S311 - the same words in every run
    pairs = [_LETTERS[at : at + 2] for at in range(0, len(_LETTERS), 2)]
    return ["".join(source.choices(pairs, k=source.randint(2, 5))) for _ in range(6000)]
