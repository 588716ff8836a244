"""Pictures under many hands at once: claims, permissions, uses, results and edits."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.rows import rows

Connection = psycopg.Connection[Any]
_NEW = """
insert into pictures (owner_user_id, purpose, bucket_id, name, state, declared_bytes, expires_at, next_attempt_at)
values (%(owner)s::text::uuid, 'listing', 'incoming', %(owner)s::text || '/' || %(id)s::text, 'received', 1, now(),
  now())
returning id::text"""
_LISTING = """
insert into listings (seller_user_id, category, title, price, status) values (%s, 'car', 'Камри', 1000, 'draft')
returning id::text"""
_OPEN = """select picture_open(%s, '{"purpose": "listing", "bytes": 5, "content_type": "image/png"}', 900)"""


@pytest.fixture
def owner(database: Database) -> str:
    """Return a person; pictures of earlier tests are done."""
    with database.connect() as connection:
        connection.execute(
            "update pictures set state = 'expired', next_attempt_at = null where next_attempt_at is not null"
        )
    return new_user_id(database)


def new_picture(database: Database, owner: str) -> tuple[str, str]:
    """Return a picture that waits for the job, and its address once it is ready."""
    key = str(uuid4())
    with database.connect() as connection:
        row = connection.execute(_NEW, {"owner": owner, "id": key}).fetchone()
    assert row is not None
    return str(row[0]), f"https://project.invalid/storage/v1/object/public/pictures/{owner}/{key}/{'0' * 32}-720.jpg"


def found(url: str) -> str:
    """Return the result of encoding."""
    file = {"name": url.partition("/pictures/")[2], "url": url, "width": 720, "height": 540, "type": "image/jpeg"}
    webp = {**file, "url": url.replace(".jpg", ".webp"), "type": "image/webp"}
    told = {"sha256": "00" * 32, "dhash": "0" * 16, "blurhash": "L" * 28, "width": 720, "height": 540}
    return json.dumps({**told, "files": [webp, file]})


def ready(picture_id: str, url: str) -> Callable[[Connection], Any]:
    """Return the call that publishes a picture."""
    query = "select picture_ready(%s, 1, %s)"
    return lambda connection: connection.execute(query, [picture_id, found(url)]).fetchall()


def change(listing: str, urls: list[str]) -> Callable[[Connection], Any]:
    """Return the call that exchanges the pictures of a listing."""
    query = "update listings set additional_images = %s where id = %s returning 1"
    return lambda connection: connection.execute(query, [urls, listing]).fetchall()


def test_no_two_workers_take_the_same_picture(database: Database, owner: str) -> None:
    wanted = {new_picture(database, owner)[0] for _ in range(60)}

    def work(connection: Connection) -> list[str]:
        taken = []
        while claimed := connection.execute("select picture_claim(null, 3, 300)").fetchall()[0][0]:
            taken += [row["id"] for row in claimed]
        return taken

    taken = Counter(picture for pictures in at_once(database, [work] * 8) for picture in pictures)
    assert set(taken) >= wanted
    assert max(taken.values()) == 1


def test_parallel_requests_do_not_pass_the_limit_of_unfinished_pictures(database: Database, owner: str) -> None:
    answers = at_once(database, [lambda connection: connection.execute(_OPEN, [owner]).fetchall()[0][0]] * 60)
    refused = [answer for answer in answers if answer.get("reason") == "picture_limit_reached"]
    assert (len(answers) - len(refused), len(refused)) == (40, 20)


def test_a_picture_that_two_listings_let_go_at_once_is_unused(database: Database, owner: str) -> None:
    for _ in range(10):
        picture, url = new_picture(database, owner)
        listings = [str(rows(database, _LISTING, owner)[0][0]) for _ in range(4)]
        at_once(database, [ready(picture, url), *(change(listing, [url]) for listing in listings)])
        unused = "select unused_since is null from pictures where id = %s"
        assert rows(database, unused, picture) == [(True,)]
        at_once(database, [change(listing, []) for listing in listings])
        assert rows(database, unused, picture) == [(False,)]


def test_a_result_and_an_edit_at_once_show_the_picture(database: Database, owner: str) -> None:
    for _ in range(15):
        pictures = [new_picture(database, owner) for _ in range(3)]
        urls = [url for _, url in pictures]
        [(listing,)] = rows(database, _LISTING, owner)
        at_once(database, [*(ready(*one) for one in pictures), change(listing, urls), change(listing, urls[::-1])])
        shown = "select jsonb_array_length(images) from listings where id = %s"
        assert rows(database, shown, listing) == [(3,)]


def test_of_two_results_for_one_picture_one_counts(database: Database, owner: str) -> None:
    picture, url = new_picture(database, owner)
    answers = at_once(database, [ready(picture, url)] * 6)
    assert sorted(answer[0][0] for answer in answers) == [False] * 5 + [True]


@pytest.mark.parametrize("by", ["listing", "avatar"])
def test_who_names_a_picture_while_its_result_is_written_shows_it(by: str, database: Database, owner: str) -> None:
    picture, url = new_picture(database, owner)
    [(listing,)] = rows(database, _LISTING, owner)
    name = change(listing, [url]) if by == "listing" else choose_avatar(owner, url)
    with database.connect() as writer, database.connect() as editor, ThreadPoolExecutor(1) as pool:
        with writer.transaction():
            ready(picture, url)(writer)
            naming = pool.submit(name, editor)
            wait_until_blocked(database)
        naming.result(30)
    shown = """select l.images -> 0 ->> 'blurhash', r.avatar_url from listings l, public_profiles r
      where l.id = %s and r.id = %s"""
    [(image, avatar)] = rows(database, shown, listing, owner)
    assert (image, avatar) == (("L" * 28, None) if by == "listing" else (None, url))


def test_a_result_that_waits_for_an_edit_knows_that_the_picture_is_named(database: Database, owner: str) -> None:
    picture, url = new_picture(database, owner)
    [(listing,)] = rows(database, _LISTING, owner)
    with database.connect() as writer, database.connect() as editor, ThreadPoolExecutor(1) as pool:
        with editor.transaction():
            change(listing, [url])(editor)
            writing = pool.submit(ready(picture, url), writer)
            wait_until_blocked(database)
        writing.result(30)
    shown = """select p.unused_since, jsonb_array_length(l.images) from pictures p, listings l
      where p.id = %s and l.id = %s"""
    assert rows(database, shown, picture, listing) == [(None, 1)]


def test_a_decision_and_the_move_of_its_files_at_once_end_where_the_listing_is(database: Database, owner: str) -> None:
    for number in range(12):
        picture, url = new_picture(database, owner)
        [(listing,)] = rows(database, _LISTING, owner)
        rows(database, "update listings set additional_images = %s where id = %s returning 1", [url], listing)
        rows(database, "select picture_ready(%s, 1, %s)", picture, found(url))
        at_once(database, [judge(listing, "rejected"), move(picture), judge(listing, "draft"), move(picture)])
        rows(
            database,
            "update listings set status = %s where id = %s returning 1",
            ("rejected", "draft")[number % 2],
            listing,
        )
        while rows(database, "select 1 from pictures where id = %s and next_attempt_at is not null", picture):
            at_once(database, [move(picture)] * 3)
        seen = """select p.state, jsonb_array_length(l.images) from pictures p, listings l
          where p.id = %s and l.id = %s"""
        assert rows(database, seen, picture, listing) == [(("withdrawn", 0), ("ready", 1))[number % 2]]


def judge(listing: str, status: str) -> Callable[[Connection], Any]:
    """Return the call that changes the status of a listing."""
    query = "update listings set status = %s where id = %s returning 1"
    return lambda connection: connection.execute(query, [status, listing]).fetchall()


def move(picture: str) -> Callable[[Connection], Any]:
    """Return the call that reports the move of the files for the present version."""
    query = "select picture_moved(id, version) from pictures where id = %s"
    return lambda connection: connection.execute(query, [picture]).fetchall()


def test_a_result_for_content_that_was_exchanged_meanwhile_is_outdated(database: Database, owner: str) -> None:
    picture, url = new_picture(database, owner)
    rows(database, "update pictures set version = 2 where id = %s returning 1", picture)
    assert at_once(database, [ready(picture, url)])[0] == [(False,)]
    assert rows(database, "select state from pictures where id = %s", picture) == [("received",)]


def test_a_picture_that_is_named_while_its_deletion_waits_stays(database: Database, owner: str) -> None:
    picture, url = new_picture(database, owner)
    at_once(database, [ready(picture, url)])
    [(listing,)] = rows(database, _LISTING, owner)
    rows(database, "update pictures set unused_since = now() - interval '2 days' where id = %s returning 1", picture)
    with database.connect() as deleter, database.connect() as editor, ThreadPoolExecutor(1) as pool:
        with editor.transaction():
            change(listing, [url])(editor)
            deleting = pool.submit(lambda: deleter.execute("select picture_deletions(1000, false)").fetchall()[0][0])
            wait_until_blocked(database)
        claimed = deleting.result(30)["pictures"]
    assert picture not in [row["id"] for row in claimed]
    assert rows(database, "select state from pictures where id = %s", picture) == [("ready",)]


def choose_avatar(owner: str, url: str) -> Callable[[Connection], Any]:
    """Return the call that sets an avatar."""
    query = "update accounts set avatar_url = %s where id = %s returning 1"
    return lambda connection: connection.execute(query, [url, owner]).fetchall()


def wait_until_blocked(database: Database) -> None:
    """Wait until a statement waits for a lock of another transaction."""
    query = "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
    for _ in range(600):
        if rows(database, query):
            return
        time.sleep(0.05)
    pytest.fail("nobody waits")
