"""News for a saved search: what arrives after it was saved, becomes visible, or falls into its range of prices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.rows import rows
from tests.support.searches import TOYOTA, hits, match, offer, save, tell, tell_due, told

# Found by key, found by anchor, and evaluated when its digest is due.
KINDS: dict[str, dict[str, Any]] = {"key": TOYOTA, "anchor": {"q": "ортопедический"}, "broad": {"category": "car"}}
WORDS = "Toyota Camry, салон ортопедический"


@pytest.fixture
def seller(database: Database) -> str:
    return new_user_id(database)


@pytest.fixture
def user(database: Database) -> str:
    return new_user_id(database)


@pytest.fixture(params=KINDS)
def filters(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the filters of each kind of search."""
    return KINDS[request.param]


def price(database: Database, listing: str, value: int) -> None:
    rows(database, "update listings set price = %s where id = %s returning 1", value, listing)


def found(database: Database, user: str, search: str) -> set[str]:
    """Match what has arrived, and let the digest come."""
    match(database)
    tell(database, user)
    return hits(database, search)


def test_what_was_there_before_is_no_news(database: Database, user: str, seller: str, filters: dict[str, Any]) -> None:
    offer(database, seller, title=WORDS)
    search = save(database, user, filters, "daily")
    assert found(database, user, search) == set(), "it arrived before, and was matched after"
    after = offer(database, seller, title=WORDS)
    assert found(database, user, search) == {after}


def test_a_price_that_falls_within_the_range_is_no_news_and_one_that_falls_into_it_is(
    database: Database, user: str, seller: str, filters: dict[str, Any]
) -> None:
    listing = offer(database, seller, title=WORDS, price=1_200_000)
    match(database)
    bounded = save(database, user, {**filters, "price_max": 1_500_000}, "daily")
    unbounded = save(database, user, filters, "daily")
    price(database, listing, 1_100_000)
    match(database)
    tell(database, user)
    assert (hits(database, bounded), hits(database, unbounded)) == (set(), set())
    price(database, listing, 2_000_000)
    match(database)
    price(database, listing, 1_400_000)
    assert found(database, user, bounded) == {listing}
    assert hits(database, unbounded) == set()


def test_a_listing_whose_price_falls_before_it_was_matched_is_news_all_the_same(
    database: Database, user: str, seller: str, filters: dict[str, Any]
) -> None:
    search = save(database, user, filters, "daily")
    listing = offer(database, seller, title=WORDS, price=1_200_000)
    price(database, listing, 1_100_000)
    assert found(database, user, search) == {listing}


def test_a_broad_search_finds_what_was_committed_late(database: Database, user: str, seller: str) -> None:
    search = save(database, user, KINDS["broad"], "daily")
    listing = offer(database, seller)
    match(database)
    # Another digest was evaluated while the match was not committed yet.
    rows(
        database,
        "update saved_searches set matched_until = now() + interval '1 minute' where id = %s returning 1",
        search,
    )
    tell(database, user)
    assert hits(database, search) == {listing}


def test_hits_that_wait_for_a_digest_are_told_when_the_search_becomes_instant(
    database: Database, user: str, seller: str
) -> None:
    search = save(database, user, TOYOTA, "daily")
    listing = offer(database, seller)
    match(database)
    assert tell_due(database, user) == 0
    rows(database, """select saved_search_update(%s, %s, '{"frequency": "instant"}')""", user, search)
    assert (tell_due(database, user), told(database, user)[0]["listing_ids"]) == (1, [listing])


@pytest.mark.parametrize(
    ("act", "count"),
    [
        ("select listing_react(%s, %s, 'like', true)", 0),
        ("insert into user_behavior (user_id, event_type, listing_id) values (%s, 'scroll_past', %s) returning 1", 1),
    ],
    ids=["liked", "scrolled past"],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_like_is_a_sight_and_scrolling_past_is_none(
    database: Database, user: str, seller: str, act: str, count: int, *, when: str
) -> None:
    save(database, user, TOYOTA)
    listing = offer(database, seller)
    if when == "before":
        rows(database, act, user, listing)
    match(database)
    if when == "after":
        rows(database, act, user, listing)
    assert tell(database, user) == count


@pytest.mark.parametrize(("status", "count"), [("active", 0), ("invited", 1)])
def test_a_member_does_not_hear_of_the_business_and_somebody_invited_does(
    database: Database, user: str, seller: str, status: str, count: int
) -> None:
    [(business,)] = rows(
        database, "insert into business_accounts (user_id, name) values (%s, 'Авто') returning id::text", seller
    )
    rows(
        database,
        "insert into business_members (business_id, user_id, role, status) values (%s, %s, 'seller', %s) returning 1",
        business, user, status,
    )  # fmt: skip
    save(database, user, TOYOTA)
    offer(database, seller, business_id=business)
    match(database)
    assert tell(database, user) == count
