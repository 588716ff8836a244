"""People with sessions, conversations, messages, views and likes around the listings of the large database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg import sql

from benchmarks.feed.seeding import Tell

Connection = psycopg.Connection[Any]

_BATCH = 500_000
_MESSAGES_PER_THREAD = 8

_PEOPLE = """
insert into accounts (id, phone, name, city)
select md5('big seller ' || n)::uuid, '+99650' || lpad(n::text, 7, '0'), 'Продавец ' || n, 'Бишкек'
from generate_series(1, %(people)s::int) as n on conflict do nothing;
"""
_PROFILES = """
insert into public_profiles (id, name, city, is_verified, rating, total_sales, created_at)
select u.id, u.name, u.city, false, 4.5, 3, u.created_at from accounts u on conflict do nothing;
"""
_SESSIONS = """
insert into auth_sessions (id, user_id, platform, address, expires_at)
select md5('big session ' || n)::uuid, md5('big seller ' || n)::uuid, 'android',
  ('10.' || n / 65536 %% 256 || '.' || n / 256 %% 256 || '.' || n %% 256)::inet, now() + interval '90 days'
from generate_series(1, %(people)s::int) as n on conflict do nothing;
"""
# 1 % of the listings get 40 % of the events: a power of 5 of a uniform draw.
_THREADS = """
insert into chat_threads (id, listing_id, buyer_id, seller_id, last_message, last_message_at, created_at)
select md5('big thread ' || r.n)::uuid, l.id, md5('big seller ' || r.buyer)::uuid, l.seller_user_id, 'Ещё продаёте?',
  now() - r.age * interval '90 days', now() - r.age * interval '90 days' - interval '1 hour'
from (select n, 1 + (random() * (%(people)s::int - 1))::int as buyer, random() as age,
    1 + floor(pow(random(), 5) * %(listings)s::int)::int as listing
  from generate_series(%(first)s::int, %(last)s::int) as n) as r
join listings l on l.id = md5('big listing ' || r.listing)::uuid
where l.seller_user_id <> md5('big seller ' || r.buyer)::uuid on conflict do nothing;
"""
_MESSAGES = """
insert into chat_messages (id, thread_id, sender_id, body, is_read, read_at, created_at)
select md5('big message ' || r.n)::uuid, t.id, case when r.n %% 2 = 0 then t.buyer_id else t.seller_id end,
  (array['Здравствуйте! Ещё продаёте?','Да, приезжайте.','Торг есть?','Небольшой, при осмотре.','Где посмотреть?',
    'На Ошском рынке, после шести.','Документы в порядке?'])[1 + r.n %% 7] || ' №' || r.n,
  r.age > 0.05, case when r.age > 0.05 then now() - r.age * interval '90 days' end, now() - r.age * interval '90 days'
from (select n, 1 - n::float8 / %(rows)s::int as age, 1 + floor(pow(random(), 2) * %(threads)s::int)::int as thread
  from generate_series(%(first)s::int, %(last)s::int) as n) as r
join chat_threads t on t.id = md5('big thread ' || r.thread)::uuid;
"""
_VIEWS = """
insert into listing_views (id, listing_id, viewer_digest, viewed_on, created_at)
select md5('big view ' || r.n)::uuid, md5('big listing ' || r.listing)::uuid, decode(md5('viewer ' || r.n), 'hex'),
  current_date - (r.n %% 2)::int, now() - (r.n %% 2) * interval '1 day'
from (select n, 1 + floor(pow(random(), 5) * %(listings)s::int)::int as listing
  from generate_series(%(first)s::int, %(last)s::int) as n) as r;
"""
_LIKES = """
insert into listing_likes (id, user_id, listing_id, created_at)
select md5('big like ' || r.n)::uuid, md5('big seller ' || r.person)::uuid, md5('big listing ' || r.listing)::uuid,
  now() - r.age * interval '90 days'
from (select n, random() as age, 1 + (random() * (%(people)s::int - 1))::int as person,
    1 + floor(pow(random(), 5) * %(listings)s::int)::int as listing
  from generate_series(%(first)s::int, %(last)s::int) as n) as r on conflict do nothing;
"""
_COUNTERS = """
insert into listing_counters (listing_id, views_count, shown_views, likes_count, shown_likes)
select l.id, l.views_count, l.views_count, l.likes_count, l.likes_count from listings l on conflict do nothing;
"""


@dataclass(frozen=True)
class Sizes:
    """Row counts of the large database."""

    listings: int = 500_000
    people: int = 300_000
    messages: int = 5_000_000
    views: int = 20_000_000

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read `LISTINGS`, `PEOPLE`, `MESSAGES` and `VIEWS`."""
        environ = os.environ if environ is None else environ
        default = cls()
        return cls(
            listings=int(environ.get("LISTINGS") or default.listings),
            people=int(environ.get("PEOPLE") or default.people),
            messages=int(environ.get("MESSAGES") or default.messages),
            views=int(environ.get("VIEWS") or default.views),
        )

    def rows(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: int(getattr(self, name)) for name in ("listings", "people", "messages", "views")}

    @property
    def threads(self) -> int:
        return max(1, self.messages // _MESSAGES_PER_THREAD)


def seed_crowd(connection: Connection, sizes: Sizes, *, tell: Tell) -> None:
    """Add people, sessions, conversations, messages, views and likes; commits after each table.

    Needs the right to set session_replication_role. A repetition adds only missing rows.
    """
    values = {**sizes.rows(), "threads": sizes.threads}
    connection.execute("select setseed(0.63)")
    with _resting(connection):
        for text in (_PEOPLE, _PROFILES, _SESSIONS, _COUNTERS):
            connection.execute(text.encode(), values if "%(" in text else None)
    tell(f"{sizes.people:,} people with sessions")
    fills = (
        ("chat_threads", _THREADS, sizes.threads, "big thread 1"),
        ("chat_messages", _MESSAGES, sizes.messages, "big message 1"),
        ("listing_views", _VIEWS, sizes.views, "big view 1"),
        ("listing_likes", _LIKES, sizes.listings, "big like 1"),
    )
    for table, text, rows, mark in fills:
        _fill(connection, table, text, {**values, "rows": rows}, mark)
        tell(f"{rows:,} rows of {table}")


def _fill(connection: Connection, table: str, text: str, values: dict[str, int], mark: str) -> None:
    """Fill a table in one transaction, its removable indexes recreated at the end."""
    name = sql.Identifier(table)
    seen = connection.execute(sql.SQL("select 1 from {} where id = md5(%s)::uuid").format(name), [mark]).fetchall()
    if seen:
        return
    with _resting(connection):
        made_again = _drop_indexes(connection, table, keep_unique="on conflict" in text)
        for first in range(1, values["rows"] + 1, _BATCH):
            last = min(first + _BATCH - 1, values["rows"])
            connection.execute(text.encode(), {**values, "first": first, "last": last})
        for definition in made_again:
            connection.execute(definition.encode())
        connection.execute(sql.SQL("analyze {}").format(name))


@contextmanager
def _resting(connection: Connection) -> Iterator[None]:
    """Run a transaction without triggers and foreign keys."""
    connection.commit()
    connection.execute("set local session_replication_role = replica")
    connection.execute("set local maintenance_work_mem = '512MB'")
    yield
    connection.commit()


def _drop_indexes(connection: Connection, table: str, *, keep_unique: bool) -> list[str]:
    """Drop the indexes without dependents; return the statements that recreate them."""
    constraints = connection.execute(
        """select c.conname, pg_get_constraintdef(c.oid) from pg_constraint c
           where c.conrelid = %s::regclass and c.contype in ('p', 'u') and not %s
             and not exists (select from pg_constraint f where f.confrelid = c.conrelid and f.conindid = c.conindid
               and f.contype = 'f')""",
        [table, keep_unique],
    ).fetchall()
    for name, _ in constraints:
        drop = sql.SQL("alter table {} drop constraint {}")
        connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
    indexes = connection.execute(
        """select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
           where i.indrelid = %s::regclass and not i.indisunique order by 1""",
        [table],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(*name.split("."))))
    made_again = [f'alter table {table} add constraint "{name}" {definition}' for name, definition in constraints]
    return made_again + [definition for _, definition in indexes]
