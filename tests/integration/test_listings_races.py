"""Rules about listings hold when many act at the same moment, over connections of their own."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any
from uuid import uuid4

import psycopg

from tests.support.concurrency import Call, at_once
from tests.support.database import Database
from tests.support.rows import rows
from tests.support.sellers import car, new_user
from tests.support.words import new_word


def asking(name: str, **arguments: object) -> Call:
    """Return a call of an SQL function."""

    def call(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        named = ", ".join(f"{argument} => %({argument})s" for argument in arguments)
        row = connection.execute(f"select public.{name}({named})".encode(), arguments).fetchone()
        assert row is not None
        answer: dict[str, Any] = row[0]
        return answer

    return call


def posting(user: str, *, key: str | None = None, **changes: Any) -> Call:
    """Return a listing posted by a user."""
    body = json.dumps(car(video_url=..., **changes), sort_keys=True)
    digest = hashlib.sha256(body.encode()).digest()
    return asking("listing_create", p_user_id=user, p_fields=body, p_key=key, p_digest=digest)


def posted(database: Database, user: str) -> str:
    """Return a listing; its id."""
    with database.connect() as connection:
        return str(posting(user, title=uuid4().hex)(connection)["listing"]["id"])


def acting(moderator: str, listing: str, action: str, *, version: int = 1) -> Call:
    """Return a step of a moderator."""
    return asking(
        "moderation_act",
        p_moderator_id=moderator,
        p_listing_id=listing,
        p_version=version,
        p_action=action,
        p_reason="Чужое видео",
    )


def test_the_months_limit_is_never_exceeded(database: Database) -> None:
    user = new_user(database, free_limit=3, paid_slots=2)
    answers = at_once(database, [posting(user, title=f"Машина {number}") for number in range(60)])
    assert Counter(answer.get("reason") for answer in answers) == {None: 5, "listing_limit_reached": 55}
    assert rows(database, "select count(*) from listings where seller_user_id = %s", user) == [(5,)]


def test_a_business_and_its_owner_share_one_limit_without_waiting_for_each_other_for_ever(database: Database) -> None:
    first, second = (new_user(database, free_limit=4) for _ in range(2))
    businesses = [
        rows(database, "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text", owner)[
            0
        ][0]
        for owner in (first, second)
    ]
    with database.connect() as connection:
        for business, member in ((businesses[0], second), (businesses[1], first)):
            connection.execute(
                "insert into business_members (business_id, user_id, role, status) values (%s, %s, 'seller', 'active')",
                [business, member],
            )
    calls = [
        posting((first, second)[number % 2], title=f"{number}", business_id=businesses[number // 2 % 2])
        for number in range(40)
    ]
    answers = at_once(database, calls)
    assert Counter(answer.get("reason") for answer in answers) == {None: 8, "listing_limit_reached": 32}


def test_the_same_key_or_body_many_times_is_one_listing(database: Database) -> None:
    for key in ("once", None):
        user = new_user(database, free_limit=100)
        answers = at_once(database, [posting(user, key=key)] * 40)
        assert len({answer["listing"]["id"] for answer in answers}) == 1
        assert Counter(answer["is_repeat"] for answer in answers) == {True: 39, False: 1}
        assert rows(database, "select count(*) from listings where seller_user_id = %s", user) == [(1,)]


def test_likes_and_saves_are_counted_exactly(database: Database) -> None:
    seller = new_user(database)
    listing = posted(database, seller)
    people = [new_user(database) for _ in range(60)]

    def reacting(user: str, kind: str, *, is_on: bool) -> Call:
        return asking("listing_react", p_user_id=user, p_listing_id=listing, p_kind=kind, p_is_on=is_on)

    likes = [reacting(user, kind, is_on=True) for user in people for kind in ("like", "save", "like")]
    at_once(database, likes)
    counts = "select likes_count, saves_count from listing_counters where listing_id = %s"
    assert rows(database, counts, listing) == [(60, 60)]
    at_once(database, [reacting(user, "like", is_on=number % 2 == 0) for number, user in enumerate(people)] * 2)
    assert rows(database, counts, listing) == [(30, 60)]
    assert rows(database, "select count(*) from listing_likes where listing_id = %s", listing) == [(30,)]


def test_of_many_decisions_one_wins(database: Database) -> None:
    listing = posted(database, new_user(database))
    people = [new_user(database, role="moderator") for _ in range(20)]
    calls = [acting(user, listing, ("approve", "reject")[number % 2]) for number, user in enumerate(people)]
    answers = at_once(database, calls)
    assert Counter(answer["reason"] for answer in answers if len(answer) == 1) == {"moderation_decided": 19}
    decided = rows(
        database, "select action from moderation_events where listing_id = %s and moderator_id is not null", listing
    )
    assert len(decided) == 1
    state = rows(database, "select status from listings where id = %s", listing)[0][0]
    assert state == {"approve": "active", "reject": "rejected"}[decided[0][0]]


def test_of_many_who_take_a_listing_one_has_it(database: Database) -> None:
    listing = posted(database, new_user(database))
    answers = at_once(database, [acting(new_user(database, role="moderator"), listing, "assign") for _ in range(20)])
    assert Counter(answer["reason"] for answer in answers if len(answer) == 1) == {"moderation_taken": 19}


def test_changes_and_decisions_at_once_leave_a_state_that_fits(database: Database) -> None:
    seller = new_user(database, free_limit=1000)
    moderator = new_user(database, role="moderator")
    listing = posted(database, seller)
    changes = [
        asking(
            "listing_update",
            p_user_id=seller,
            p_listing_id=listing,
            p_fields=json.dumps({"title": f"Камри {number}", "details": {"mileage": number}}),
        )
        for number in range(30)
    ]
    decisions = [acting(moderator, listing, "approve", version=version) for version in range(1, 31)]
    mixed = [call for pair in zip(changes, decisions, strict=True) for call in pair]
    outcomes = Counter(answer.get("reason") for answer in at_once(database, mixed) if len(answer) == 1)
    assert set(outcomes) <= {None, "moderation_outdated", "moderation_decided"}
    [(version, queue, check)] = rows(
        database,
        "select q.version, q.status, l.moderation_status from moderation_queue q join listings l on l.id = q.listing_id"
        " where l.id = %s",
        listing,
    )
    assert version == 31
    assert (queue, check) in {("pending", "pending"), ("approved", "approved")}


def test_parallel_batches_of_searches_are_added_up(database: Database) -> None:
    terms = [new_word(length=10) for _ in range(5)]
    batches = [
        json.dumps([
            {"term": term, "category": "all", "searched_on": "2026-11-23", "searches": 2}
            for term in (terms if number % 2 else terms[::-1])
        ])
        for number in range(40)
    ]  # fmt: skip
    at_once(database, [asking("count_searches", p_searches=batch) for batch in batches])
    found = rows(database, "select searches from search_terms where term = any (%s)", terms)
    assert found == [(80,)] * 5
