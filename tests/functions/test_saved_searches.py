"""Saved searches by the API, and the timer that notifies of them, killed at any step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.crashable_process import Mortal
from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.market import new_user_id
from tests.support.rows import rows
from tests.support.searches import hits, offer, told
from tests.support.sellers import LISTINGS, Seller, anonymous, new_seller

SEARCHES = f"{LISTINGS}/saved-searches"
NEW = {"name": "Тойота", "filters": {"brand": "Toyota", "q": "камри"}, "frequency": "instant"}


@pytest.fixture
def user(functions: Functions, database: Database) -> Seller:
    return new_seller(functions, database)


@pytest.fixture
def mortal(functions: Functions) -> Iterator[Mortal]:
    """Yield a process in which functions are killed."""
    process = Mortal.start()
    yield process
    process.stop()


def saved(user: Seller, **changes: Any) -> Any:
    """Save a search that must be accepted."""
    answer = user.call("POST", SEARCHES, {**NEW, **changes})
    assert answer.status == 201, answer.body
    return answer.body["data"]


def due(database: Database, user: str) -> None:
    """Let the hour between two instant notifications pass, and free a killed run's lease."""
    rows(
        database,
        "with s as (update search_schedules set last_at = null, next_at = case when next_at is not null then now() end"
        " where user_id = %s and frequency = 'instant'),"
        " j as (update job_leases set lease_until = now() where holder is not null) select 1",
        user,
    )


def test_a_search_is_saved_listed_changed_looked_at_and_deleted(user: Seller, database: Database) -> None:
    made = saved(user)
    assert (made["filters"]["brand"], made["filters"]["q"], made["filters"]["city"]) == ("Toyota", "камри", None)
    assert (made["frequency"], made["may_be_instant"], made["new_count"]) == ("instant", True, 0)
    assert saved(user, name="Ещё раз")["id"] == made["id"]
    path = f"{SEARCHES}/{made['id']}"
    changed = user.call("PUT", path, {"name": "  Камри\u202e ", "frequency": "weekly"}).body["data"]
    assert (changed["name"], changed["frequency"]) == ("Камри", "weekly")
    assert [row["id"] for row in user.call("GET", SEARCHES).body["data"]] == [made["id"]]
    assert user.call("POST", f"{path}/looked").body["data"]["new_count"] == 0
    assert [user.call("DELETE", path).status for _ in range(2)] == [200, 200]
    assert user.call("GET", SEARCHES).body["data"] == []
    assert rows(database, "select 1 from saved_searches where user_id = %s", user.id) == []


@pytest.mark.parametrize(
    "change",
    [
        {"filters": {}},
        {"filters": {"brand": "Toyota", "sort": "newest"}},
        {"filters": {"status": "sold", "brand": "Toyota"}},
        {"filters": {"price_max": "NaN", "brand": "Toyota"}},
        {"filters": {"price_max": "Infinity", "brand": "Toyota"}},
        {"filters": {"latitude": 42.8}},
        {"filters": {"latitude": "NaN", "longitude": 74}},
        {"filters": {"q": "a" * 101}},
        {"filters": {"brand": "\u200b\u202e"}},
        {"name": " \u200b "},
        {"name": "x" * 81},
        {"filters": {"q": "аб " * 16}},
        {"frequency": "hourly"},
        {"frequency": None},
        {"user_id": "x"},
    ],
)
def test_a_malformed_search_is_refused(change: dict[str, Any], user: Seller) -> None:
    answer = user.call("POST", SEARCHES, {**NEW, **change})
    assert (answer.status, answer.code) == (422, "validation_failed"), answer.body


def test_odd_characters_are_saved_as_the_feed_reads_them(
    user: Seller, database: Database, functions: Functions
) -> None:
    listing = offer(database, new_user_id(database), title="Тойота Ⅷ 𝕏\u0301 🚙", price=777)
    sent = {"q": "тойота 🚙", "price_min": 777, "price_max": 777, "city": None}
    made = saved(user, filters=sent, frequency="daily")
    query = {"q": sent["q"], "price_min": "777", "price_max": "777"}
    found = anonymous(functions, f"{LISTINGS}/search", query=query).body["data"]["listings"]
    assert listing in {row["id"] for row in found}
    assert made["filters"]["q"] == sent["q"]


def test_a_broad_search_and_the_twenty_first_are_refused_with_a_reason(user: Seller) -> None:
    broad = {**NEW, "filters": {"price_max": 1000000}}
    assert user.call("POST", SEARCHES, broad).code == "saved_search_too_broad"
    daily = saved(user, filters=broad["filters"], frequency="daily")
    assert user.call("PUT", f"{SEARCHES}/{daily['id']}", {"frequency": "instant"}).code == "saved_search_too_broad"
    for price in range(19):
        saved(user, filters={"brand": "BMW", "price_max": price})
    answer = user.call("POST", SEARCHES, NEW)
    assert (answer.status, answer.code) == (403, "saved_search_limit_reached")


def test_another_users_search_does_not_exist(user: Seller, functions: Functions, database: Database) -> None:
    path = f"{SEARCHES}/{saved(user)['id']}"
    other = new_seller(functions, database)
    answers: list[Answer] = [other.call("PUT", path, {"name": "Моё"}), other.call("POST", f"{path}/looked")]
    assert [answer.code for answer in answers] == ["not_found", "not_found"]
    assert other.call("DELETE", path).status == 200
    assert [row["name"] for row in user.call("GET", SEARCHES).body["data"]] == ["Тойота"]
    assert anonymous(functions, SEARCHES).status == 401


def test_a_listing_opened_by_the_api_is_not_told(user: Seller, functions: Functions, database: Database) -> None:
    saved(user, filters={"brand": "Toyota"})
    functions.set(LISTING_BATCH_SIZE="1")
    listing = offer(database, new_user_id(database))
    for _ in range(2):
        assert user.call("GET", f"{LISTINGS}/{listing}").status == 200
    functions.handler("search_matcher")({"messages": []}, None)
    assert told(database, user.id) == []


def test_a_timer_that_dies_at_any_step_loses_no_hit_and_tells_of_none_twice(
    user: Seller, functions: Functions, database: Database, mortal: Mortal
) -> None:
    search = saved(user, filters={"brand": "Toyota"})["id"]
    saved(user, filters={"price_min": 5}, frequency="daily")
    seller, offered, ended = new_user_id(database), set[str](), False
    for step in range(1, 60):
        offered.add(offer(database, seller))
        due(database, user.id)
        ended = not mortal.dies(step, "search_matcher", {"messages": []})
        if ended:
            break
    assert ended, "the last run came to its end"
    assert step > 8
    for _ in range(2):
        due(database, user.id)
        functions.handler("search_matcher")({"messages": []}, None)
    assert hits(database, search) == offered
    lines = told(database, user.id)
    assert sum(line["count"] for line in lines) == len(offered)
    assert [line["digest_no"] for line in lines] == list(range(1, len(lines) + 1))
    numbers = "select digest_no, count(*) from search_hits where search_id = %s and digest_no > 0 group by 1 order by 1"
    assert rows(database, numbers, search) == [(line["digest_no"], line["count"]) for line in lines]
