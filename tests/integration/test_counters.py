"""Likes, favourites and views are counted exactly, whoever comes at the same time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.integration.access_scene import Connection, Scene, insert, leaving_no_trace
from tests.support.database import Database

SCENE = Scene()
FANS = 40
ABREAST = 10


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Yield the owner's rights, with the scene and a crowd of users."""
    with psycopg.connect(database.dsn, autocommit=True) as opened, leaving_no_trace(opened):
        for table, row in SCENE.rows():
            insert(opened, table, row)
        for number in range(FANS):
            insert(opened, "accounts", {"id": fan(number), "phone": f"+9967009800{number:02d}"})
        yield opened


def fan(number: int) -> str:
    """Return the id of one of the crowd."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


def counter(connection: Connection, column: str) -> int:
    """Return a counter of the car."""
    row = connection.execute(f"select {column} from listing_counters where listing_id = %s", [SCENE.car]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(("table", "column"), [("listing_likes", "likes_count"), ("listing_saves", "saves_count")])
def test_parallel_marks_are_all_counted_and_repeated_ones_once(
    table: str, column: str, database: Database, connection: Connection
) -> None:
    barrier = threading.Barrier(ABREAST)

    def mark(user: str) -> None:
        with psycopg.connect(database.dsn, autocommit=True) as own:
            barrier.wait(30)
            for _ in range(2):
                own.execute(
                    f"insert into {table} (user_id, listing_id) values (%s, %s) on conflict do nothing",
                    [user, SCENE.car],
                )

    with ThreadPoolExecutor(ABREAST) as pool:
        list(pool.map(mark, map(fan, range(FANS))))
    connection.execute(f"delete from {table} where user_id = any (%s::uuid[])", [[fan(number) for number in range(5)]])

    assert counter(connection, column) == FANS - 5


def test_neither_likes_nor_saves_nor_views_write_the_listing_that_everybody_hears_of(connection: Connection) -> None:
    def version() -> object:
        return connection.execute("select xmin::text, ctid::text from listings where id = %s", [SCENE.car]).fetchone()

    before = version()
    views = [{"listing_id": SCENE.car, "viewer": f"{1:032x}", "viewed_on": "2026-11-02"}]
    connection.execute("select record_listing_views(%s)", [Jsonb(views)])
    for table in ("listing_likes", "listing_saves"):
        insert(connection, table, {"user_id": SCENE.other, "listing_id": SCENE.car})
        connection.execute(f"delete from {table} where user_id = %s", [SCENE.other])
    assert version() == before


def test_a_number_is_shown_when_it_has_changed_by_more_than_a_tenth(connection: Connection) -> None:
    def shown(views: int) -> int:
        connection.execute(
            """insert into listing_counters (listing_id, views_count) values (%s, %s)
               on conflict (listing_id) do update set views_count = excluded.views_count""",
            [SCENE.car, views],
        )
        connection.execute("select private.show_counters(1000)")
        row = connection.execute("select views_count, views from listings where id = %s", [SCENE.car]).fetchone()
        assert row is not None
        assert row[0] == row[1]
        return int(row[0])

    assert [shown(views) for views in (1, 100, 105, 110, 111, 0)] == [1, 100, 100, 100, 111, 0]


def test_showing_numbers_does_not_change_when_the_listing_was_changed(connection: Connection) -> None:
    before = connection.execute("select updated_at from listings where id = %s", [SCENE.car]).fetchone()
    connection.execute(
        """insert into listing_counters (listing_id, likes_count) values (%s, 5)
           on conflict (listing_id) do update set likes_count = excluded.likes_count""",
        [SCENE.car],
    )
    connection.execute("select private.show_counters(1000)")
    shown = "select updated_at, likes_count from listings where id = %s"
    assert before is not None
    assert connection.execute(shown, [SCENE.car]).fetchone() == (*before, 5)


def test_a_like_does_not_change_when_the_listing_was_changed(connection: Connection) -> None:
    before = connection.execute("select updated_at from listings where id = %s", [SCENE.car]).fetchone()

    insert(connection, "listing_likes", {"user_id": SCENE.other, "listing_id": SCENE.car})

    assert connection.execute("select updated_at from listings where id = %s", [SCENE.car]).fetchone() == before


def test_parallel_batches_count_each_viewer_once_a_day(database: Database, connection: Connection) -> None:
    views = [
        {"listing_id": listing, "viewer": f"{viewer:032x}", "viewed_on": "2026-11-01"}
        for viewer in range(20)
        for listing in (SCENE.car, SCENE.horse)
    ]

    def record(batch: list[dict[str, str]]) -> int:
        with psycopg.connect(database.dsn, autocommit=True) as own:
            row = own.execute("select record_listing_views(%s)", [Jsonb(batch)]).fetchone()
            assert row is not None
            return int(row[0])

    with ThreadPoolExecutor(4) as pool:
        batches = [views, views[::-1], views, [*views, {**views[0], "listing_id": str(uuid.uuid4())}]]
        counted = list(pool.map(record, batches))

    assert sum(counted) == len(views)
    assert counter(connection, "views_count") == 20


def test_only_one_of_many_runs_gets_the_lease_of_a_job(database: Database, connection: Connection) -> None:
    def take(holder: int) -> int | None:
        with psycopg.connect(database.dsn, autocommit=True) as own:
            row = own.execute("select fence from take_job_lease('scene', %s, 60)", [str(holder)]).fetchone()
            return None if row is None else row[0]

    with ThreadPoolExecutor(8) as pool:
        fences = [fence for fence in pool.map(take, range(8)) if fence is not None]

    assert fences == [1]
