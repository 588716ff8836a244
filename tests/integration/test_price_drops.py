"""Price drops of favourites: who is told, how often, and who never."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rows import rows


def save(database: Database, user: str, listing: str) -> None:
    rows(database, "select listing_react(%s, %s, 'save', true)", user, listing)


def price(database: Database, listing: str, value: int) -> None:
    rows(database, "update listings set price = %s where id = %s returning 1", value, listing)


def fan_out(database: Database) -> None:
    while rows(database, "select notification_fanout_step(2)") == [(True,)]:
        pass


def next_day(database: Database) -> None:
    """Let a day pass for what was told."""
    rows(
        database,
        "update notifications set dedupe_key = dedupe_key || ':earlier' where type = 'price_drop' returning 1",
    )


def told(database: Database, user: str) -> list[tuple[int, bool]]:
    query = """select (data ->> 'percent')::integer, may_push from notifications
        where user_id = %s and type = 'price_drop' order by created_at"""
    return rows(database, query, user)


@pytest.fixture
def listing(database: Database) -> str:
    return new_listing(database, new_user_id(database))


def test_everybody_who_saved_it_is_told_once_in_chunks(database: Database, listing: str) -> None:
    users = [new_user_id(database) for _ in range(5)]
    for user in users:
        save(database, user, listing)
    price(database, listing, 1_080_000)
    fan_out(database)
    fan_out(database)
    assert [told(database, user) for user in users] == [[(10, True)]] * 5


def test_a_seller_who_moves_the_price_up_and_down_tells_nobody_twice(database: Database, listing: str) -> None:
    user = new_user_id(database)
    save(database, user, listing)
    for value in (1_080_000, 1_200_000, 1_080_000, 1_190_000, 1_081_000):
        price(database, listing, value)
        fan_out(database)
        next_day(database)
    assert told(database, user) == [(10, True)]
    price(database, listing, 1_000_000)
    fan_out(database)
    assert told(database, user) == [(10, True), (7, True)], "lower than the lowest one told"


def test_one_day_brings_one_notification(database: Database, listing: str) -> None:
    user = new_user_id(database)
    save(database, user, listing)
    for value in (1_100_000, 1_000_000, 900_000):
        price(database, listing, value)
        fan_out(database)
    assert len(told(database, user)) == 1


def test_small_steps_add_up_and_a_small_drop_makes_no_push(database: Database, listing: str) -> None:
    user = new_user_id(database)
    save(database, user, listing)
    for value in (1_180_000, 1_165_000):
        price(database, listing, value)
        fan_out(database)
    assert told(database, user) == []
    price(database, listing, 1_150_000)
    fan_out(database)
    assert told(database, user) == [(4, False)]


def test_a_cheap_car_must_fall_by_five_thousand_som(database: Database, listing: str) -> None:
    price(database, listing, 50_000)
    user = new_user_id(database)
    save(database, user, listing)
    price(database, listing, 46_000)
    fan_out(database)
    assert told(database, user) == []


def test_a_price_that_rose_again_before_its_turn_tells_nobody(database: Database, listing: str) -> None:
    user = new_user_id(database)
    save(database, user, listing)
    price(database, listing, 900_000)
    price(database, listing, 1_200_000)
    fan_out(database)
    assert told(database, user) == []


def test_what_fell_again_before_its_turn_is_told_by_the_price_of_now(database: Database, listing: str) -> None:
    user = new_user_id(database)
    save(database, user, listing)
    price(database, listing, 1_080_000)
    price(database, listing, 900_000)
    fan_out(database)
    assert told(database, user) == [(25, True)]


@pytest.mark.parametrize("why", ["own", "blocked by the user", "blocked by the seller", "hidden", "removed"])
def test_some_are_never_told(database: Database, why: str) -> None:
    seller, user = new_user_id(database), new_user_id(database)
    listing = new_listing(database, seller)
    saver = seller if why == "own" else user
    save(database, saver, listing)
    if why.startswith("blocked"):
        pair = (user, seller) if why.endswith("user") else (seller, user)
        rows(database, "select chat_block(%s, %s)", *pair)
    price(database, listing, 600_000)
    if why in ("hidden", "removed"):
        change = "is_hidden = true" if why == "hidden" else "deleted_at = now()"
        rows(database, f"update listings set {change} where id = %s returning 1", listing)
    fan_out(database)
    assert told(database, saver) == []
