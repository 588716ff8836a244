"""Attack: a signed-in user fills the database and the storage through PostgREST, past every limit of the API."""

from __future__ import annotations

import concurrent.futures
import threading
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rest import Rest
from tests.support.rows import rows


def count(database: Database, table: str, column: str, value: str) -> int:
    [(number,)] = rows(database, f"select count(*) from {table} where {column} = %s", value)
    return int(number)


@pytest.fixture(scope="module")
def people(database: Database) -> Iterator[list[str]]:
    """Five thousand people to report."""
    with database.connect() as connection:
        made = connection.execute(
            """insert into accounts (phone) select '+99699' || lpad(n::text, 7, '0') from generate_series(1, 5000) as n
               returning id::text"""
        ).fetchall()
        ids = [row[0] for row in made]
        yield ids
        connection.execute("delete from accounts where id = any (%s::uuid[])", [ids])


def reports(user: str, people: list[str]) -> list[dict[str, str]]:
    return [{"reporter_id": user, "target_type": "user", "target_id": person, "reason": "spam"} for person in people]


def test_five_thousand_drafts_in_one_request_are_none(rest: Rest, database: Database) -> None:
    user = rest.user()
    draft = {"seller_user_id": user.id, "category": "car", "title": "Продаю", "price": 1000}
    assert user.send("POST", "/listings", [draft] * 5000).status_code == 403
    assert count(database, "listings", "seller_user_id", user.id) == 0


def test_five_thousand_reports_in_one_request_are_none_and_a_few_are_welcome(
    rest: Rest, database: Database, people: list[str]
) -> None:
    user = rest.user()
    assert user.send("POST", "/reports", reports(user.id, people)).status_code == 429
    assert count(database, "reports", "reporter_id", user.id) == 0
    assert user.send("POST", "/reports", reports(user.id, people[:3])).status_code == 201
    assert count(database, "reports", "reporter_id", user.id) == 3


def test_sixty_four_parallel_requests_are_no_way_around_the_count(
    rest: Rest, database: Database, people: list[str]
) -> None:
    user = rest.user()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        tries = [
            pool.submit(user.send, "POST", "/reports", reports(user.id, people[3 * number : 3 * number + 3]))
            for number in range(64)
        ]
    answers = Counter(answer.result().status_code for answer in tries)
    assert answers == {201: 6, 429: 58}, "twenty an hour: six requests of three"
    assert count(database, "reports", "reporter_id", user.id) == 18


def test_one_users_flood_takes_nothing_from_another(rest: Rest, people: list[str]) -> None:
    flooder, other = rest.user(), rest.user()
    assert flooder.send("POST", "/reports", reports(flooder.id, people[:21])).status_code == 429
    assert other.send("POST", "/reports", reports(other.id, people[:1])).status_code == 201


def test_a_report_names_something_that_exists_and_is_not_ones_own(rest: Rest, database: Database) -> None:
    user, stranger = rest.user(), rest.user()
    thread = {"listing_id": new_listing(database, stranger.id), "buyer_id": user.id, "seller_id": stranger.id}
    assert user.send("POST", "/chat_threads", thread).status_code == 201
    [(thread_id,)] = rows(database, "select id::text from chat_threads where buyer_id = %s", user.id)
    message = {"thread_id": thread_id, "sender_id": user.id, "body": "Торг?"}
    assert user.send("POST", "/chat_messages", message).status_code == 201
    [(message_id,)] = rows(database, "select id::text from chat_messages where thread_id = %s", thread_id)
    hidden = new_listing(database, stranger.id, status="draft")
    for kind, target, by, status in (
        ("user", str(uuid4()), user, 403),
        ("user", user.id, user, 403),
        ("listing", hidden, user, 403),
        ("listing", thread["listing_id"], stranger, 403),
        ("message", message_id, rest.user(), 403),
        ("message", message_id, user, 403),
        ("message", message_id, stranger, 201),
        ("listing", thread["listing_id"], user, 201),
    ):
        report = {"reporter_id": by.id, "target_type": kind, "target_id": target, "reason": "spam"}
        assert by.send("POST", "/reports", report).status_code == status, (kind, target)
    behind = "select reported_user_id::text from reports where reporter_id = %s"
    assert rows(database, behind, stranger.id) == [(user.id,)]


def test_parallel_messages_keep_to_thirty_a_minute(rest: Rest, database: Database) -> None:
    buyer, seller = rest.user(), rest.user()
    thread = {"listing_id": new_listing(database, seller.id), "buyer_id": buyer.id, "seller_id": seller.id}
    assert buyer.send("POST", "/chat_threads", thread).status_code == 201
    [(thread_id,)] = rows(database, "select id::text from chat_threads where buyer_id = %s", buyer.id)
    message = {"thread_id": thread_id, "sender_id": buyer.id, "body": "Торг?"}
    assert buyer.send("POST", "/chat_messages", [message] * 31).status_code == 429
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        tries = [pool.submit(buyer.send, "POST", "/chat_messages", [message] * 4) for _ in range(16)]
    assert Counter(answer.result().status_code for answer in tries) == {201: 7, 429: 9}
    assert count(database, "chat_messages", "sender_id", buyer.id) == 28


def test_opening_hours_of_twenty_megabytes_stay_out(rest: Rest, database: Database) -> None:
    owner = rest.user()
    [(business,)] = rows(
        database, "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text", owner.id
    )
    path = f"/business_accounts?id=eq.{business}"
    for hours in (
        {"mon": "x" * 20_000_000},
        {f"day{number}": {"from": "09:00", "to": "18:00"} for number in range(1000)},
        {"mon": {"from": "09:00", "to": "18:00", "note": "x" * 100}},
        {"mon": {"from": "9", "to": "18:00"}},
        {"mon": ["09:00", "18:00"]},
    ):
        assert owner.send("PATCH", path, {"working_hours": hours}).status_code == 400
    right = {"mon": {"from": "09:00", "to": "18:00"}, "sun": {"from": "10:00", "to": "16:30"}}
    assert owner.send("PATCH", path, {"working_hours": right}).status_code == 204
    assert rest.anybody.rows(path + "&select=working_hours") == [{"working_hours": right}]


def test_a_profile_is_not_rewritten_without_end(rest: Rest, database: Database) -> None:
    user = rest.user()
    answers = [
        user.send("PATCH", f"/users?id=eq.{user.id}", {"bio": f"Текст {number}"}).status_code for number in range(32)
    ]
    assert answers == [204] * 30 + [429] * 2
    assert rows(database, "select bio from accounts where id = %s", user.id) == [("Текст 29",)]


def act_as(connection: psycopg.Connection[tuple[object, ...]], user: str) -> None:
    """Be a user with a live session for the rest of the transaction."""
    connection.execute(
        """with session as (
             insert into auth_sessions (user_id, expires_at) values (%s, now() + interval '1 day')
             returning id, user_id)
           select set_config(
             'request.jwt.claims', jsonb_build_object('sub', user_id, 'session_id', id)::text, true) from session""",
        [user],
    )
    connection.execute("set local role authenticated")


def store(connection: psycopg.Connection[tuple[object, ...]], user: str, bucket: str, number: int) -> None:
    """Insert the rows of new files as Supabase Storage does for a user: as that user, in one statement."""
    with connection.transaction():
        act_as(connection, user)
        connection.execute(
            """insert into storage.objects (bucket_id, name)
               select %s, %s || '/' || gen_random_uuid() || '.jpg' from generate_series(1, %s)""",
            [bucket, user, number],
        )


@pytest.mark.parametrize(
    ("bucket", "max_files"),
    [
        ("avatars", 100),
        ("listings-videos", 20),
        ("documents", 20),
    ],
)
def test_a_user_stores_a_limited_number_of_files_in_each_bucket(
    bucket: str, max_files: int, database: Database
) -> None:
    user = new_user_id(database)
    with database.connect() as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            store(connection, user, bucket, 2000)
        store(connection, user, bucket, max_files - 1)
        store(connection, user, bucket, 1)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            store(connection, user, bucket, 1)
        store(connection, new_user_id(database), bucket, 1)


def test_files_stored_in_parallel_keep_to_the_number(database: Database) -> None:
    user, together = new_user_id(database), threading.Barrier(10)

    def upload() -> str:
        with database.connect() as connection:
            together.wait()
            try:
                store(connection, user, "documents", 3)
            except psycopg.errors.InsufficientPrivilege:
                return "refused"
        return "stored"

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = Counter(answer.result() for answer in [pool.submit(upload) for _ in range(10)])
    assert answers == {"stored": 6, "refused": 4}
    assert count(database, "storage.objects", "(storage.foldername(name))[1]", user) == 18


@pytest.mark.parametrize("column", ["metadata", "user_metadata"])
def test_a_file_row_holds_no_document_of_its_own(column: str, database: Database) -> None:
    user = new_user_id(database)
    file = f"""insert into storage.objects (bucket_id, name, {column})
               values ('avatars', %s, jsonb_build_object('x', repeat('x', %s)))"""
    with database.connect() as connection, connection.transaction():
        act_as(connection, user)
        connection.execute(file.encode(), [f"{user}/small.jpg", 1000])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(file.encode(), [f"{user}/large.jpg", 100_000])
        raise psycopg.Rollback
