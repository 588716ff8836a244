"""Batches of events that the app sends each minute, through PostgREST."""

from __future__ import annotations

import uuid
from typing import Any

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows


def event(user: RestUser, kind: str = "view", listing: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an event as the app queues it."""
    at = {"created_at": "2026-01-01T00:00:00Z"}
    return {
        "user_id": user.id,
        "event_type": kind,
        "listing_id": listing,
        "category": "car",
        "metadata": {},
        **at,
        **more,
    }


def test_a_batch_is_kept_and_added_to_its_day(rest: Rest, database: Database) -> None:
    user, listing = rest.user(), new_listing(database, new_user_id(database))
    batch = [event(user, "view", listing) for _ in range(30)] + [event(user, "search", metadata={"q": "камри"})]
    before = rows(database, "select coalesce(sum(events), 0) from behavior_days where event_type = 'search'")[0][0]

    for _ in range(2):
        assert user.send("POST", "/user_behavior", batch).status_code == 201

    days = "select event_type, events from behavior_days where listing_id = %s"
    assert rows(database, days, listing) == [("view", 60)]
    searched = rows(database, "select sum(events) from behavior_days where event_type = 'search'")
    assert searched == [(before + 2,)]
    assert len(user.rows("/user_behavior?select=*&order=created_at.desc")) == 62
    assert rest.user().rows("/user_behavior?select=*") == []


def test_one_wrong_time_or_lost_listing_does_not_refuse_the_batch(rest: Rest, database: Database) -> None:
    user = rest.user()
    batch = [event(user, listing=str(uuid.uuid4())), event(user, created_at="2100-01-01T00:00:00Z")]

    assert user.send("POST", "/user_behavior", batch).status_code == 201

    query = """select listing_id, created_at between now() - interval '1 hour' and now() from user_behavior
               where user_id = %s"""
    assert rows(database, query, user.id) == [(None, True)] * 2


def test_a_batch_is_bounded_in_rows_and_in_size(rest: Rest) -> None:
    user = rest.user()
    assert user.send("POST", "/user_behavior", [event(user)] * 201).status_code == 429
    assert (
        user.send("POST", "/user_behavior", [event(user, metadata={"q": str(uuid.uuid4()) * 900})]).status_code == 400
    )
    assert user.send("POST", "/user_behavior", [event(user, "made up")]).status_code == 400
    assert user.send("POST", "/user_behavior", [event(rest.user())]).status_code == 403
    assert rest.anybody.send("POST", "/user_behavior", [event(user)]).status_code == 401


def test_events_go_after_ninety_days_and_their_days_stay(rest: Rest, database: Database) -> None:
    user, listing = rest.user(), new_listing(database, new_user_id(database))
    assert user.send("POST", "/user_behavior", [event(user, "call", listing)] * 2).status_code == 201
    rows(
        database,
        """update user_behavior set created_at = now() - interval '91 days'
           where id = (select id from user_behavior where user_id = %s limit 1) returning id""",
        user.id,
    )
    rows(database, "select cleanup_batch(1000)")
    assert rows(database, "select count(*) from user_behavior where user_id = %s", user.id) == [(1,)]
    assert rows(database, "select events from behavior_days where listing_id = %s", listing) == [(2,)]
