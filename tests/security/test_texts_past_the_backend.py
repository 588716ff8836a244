"""Attacks: write through PostgREST what the API would clean or refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import User as BusinessUser
from tests.support.moderation import moderation_rule
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows
from tests.support.sellers import MODERATION, Seller, car, horse, new_seller
from tests.support.words import new_word

DIRTY, CLEAN = " <b>Слово</b>\u202e \u0007дело\u3164 ", "Слово дело"


@dataclass(frozen=True)
class Place:
    """Column that the attacker writes."""

    table: str
    column: str


PLACES = [
    *(Place("listings", column) for column in ("title", "description", "city", "location")),
    *(Place("car_details", column) for column in ("brand", "model", "color", "body_type", "damage_report")),
    *(Place("horse_details", column) for column in ("breed", "color", "training", "purpose", "health_notes")),
    Place("real_estate_details", "address"),
    *(Place("users", column) for column in ("name", "bio", "city")),
    *(Place("business_accounts", column) for column in ("name", "description", "city", "address")),
]
RETURNED = {"Prefer": "return=representation"}
EVERYWHERE = pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.table}.{place.column}")


@dataclass(frozen=True)
class Attacker:
    """Attacker with a row in every writable table."""

    seller: Seller
    database: Database
    ids: dict[str, str]
    rest: RestUser

    def write(self, place: Place, text: str) -> httpx.Response:
        """Write a text into a column of a row of the attacker's own."""
        key = "listing_id" if place.table.endswith("_details") else "id"
        path = f"/{place.table}?{key}=eq.{self.ids[place.table]}"
        return self.rest.send("PATCH", path, {place.column: text}, **RETURNED)

    def stored(self, place: Place) -> Any:
        """Return the stored column."""
        key = "listing_id" if place.table.endswith("_details") else "id"
        query = f"select {place.column} from {place.table} where {key} = %s"
        return rows(self.database, query, self.ids[place.table])[0][0]


@pytest.fixture
def attacker(functions: Functions, database: Database, rest: Rest) -> Attacker:
    """Return the attacker, with a listing of each category and a business."""
    seller = new_seller(functions, database, name="Айбек")
    listing = seller.posted(car())
    estate = {"property_type": "house", "address": "Улица Ленина, 1"}
    business = rows(
        database, "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text", seller.id
    )[0][0]
    ids = {
        "listings": listing,
        "car_details": listing,
        "horse_details": seller.posted(horse()),
        "real_estate_details": seller.posted(car(category="real_estate", title="Дом", details=estate)),
        "users": seller.id,
        "business_accounts": business,
    }
    return Attacker(seller, database, ids, RestUser(rest.http, seller.token, seller.id))


@EVERYWHERE
def test_what_is_written_directly_is_cleaned(place: Place, attacker: Attacker) -> None:
    answer = attacker.write(place, DIRTY)
    assert answer.status_code == 200, answer.text
    assert attacker.stored(place) == CLEAN


@EVERYWHERE
def test_a_text_of_which_nothing_is_seen_is_no_text(place: Place, attacker: Attacker) -> None:
    answer = attacker.write(place, "\u3164\u200d \ufe0f\u2800")
    if answer.status_code == 200:
        assert not attacker.stored(place)
    else:
        assert (answer.status_code, answer.json()["code"]) == (400, "23514")


@EVERYWHERE
def test_forbidden_words_are_refused_however_they_are_disguised(place: Place, attacker: Attacker) -> None:
    before = attacker.stored(place)
    with moderation_rule(attacker.database, "наркотик", "refuse", kind="word"):
        for written in ("Продаю наркотик", "НАРК\u200dОТИК", "наpкoтик", "н\u0301аркотик"):
            answer = attacker.write(place, written)
            assert (answer.status_code, answer.json()["message"]) == (422, "text_refused")
            assert answer.json()["details"] == "Нельзя"
    assert attacker.stored(place) == before


@EVERYWHERE
def test_a_text_of_megabytes_is_refused_before_it_is_cleaned(place: Place, attacker: Attacker) -> None:
    answer = attacker.write(place, "я" * 2_000_000)
    assert (answer.status_code, answer.json()["code"]) == (400, "23514")


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place.table not in ("users", "business_accounts")],
    ids=lambda place: f"{place.table}.{place.column}",
)  # fmt: skip
def test_words_that_a_moderator_must_see_hide_the_listing_until_then(
    place: Place, attacker: Attacker, functions: Functions
) -> None:
    answer = attacker.write(place, "предоплата на карту")
    assert answer.status_code == 200, answer.text
    query = """select l.status, q.status, q.flags from listings l
               join moderation_queue q on q.listing_id = l.id where l.id = %s"""
    assert rows(attacker.database, query, attacker.ids[place.table]) == [("pending_review", "pending", ["prepayment"])]
    moderator = new_seller(functions, attacker.database, role="moderator")
    events = moderator.call("GET", f"{MODERATION}/listings/{attacker.ids[place.table]}").body["data"]["events"]
    assert [event["action"] for event in events][-1] == "auto_flag"


def test_rules_of_a_category_judge_that_category(attacker: Attacker) -> None:
    with moderation_rule(attacker.database, "кобыла", "refuse", kind="word", category="horse"):
        assert attacker.write(Place("listings", "title"), "Кобыла").status_code == 200
        assert attacker.write(Place("users", "bio"), "Кобыла").status_code == 200
        assert attacker.write(Place("horse_details", "training"), "Кобыла").status_code == 422


def test_no_draft_is_written_directly(attacker: Attacker) -> None:
    draft = {"seller_user_id": attacker.seller.id, "category": "car", "price": 1, "title": DIRTY, "description": DIRTY}
    refused = attacker.rest.send("POST", "/listings", draft, **RETURNED)
    assert (refused.status_code, refused.json()["code"]) == (403, "42501")


def test_a_message_and_a_report_are_cleaned_but_private(attacker: Attacker, functions: Functions) -> None:
    database, buyer = attacker.database, new_seller(functions, attacker.database)
    listing = attacker.ids["listings"]
    opening = {"listing_id": listing, "buyer_id": buyer.id, "seller_id": attacker.seller.id}
    user = RestUser(attacker.rest.http, buyer.token, buyer.id)
    [thread] = user.send("POST", "/chat_threads", opening, **RETURNED).json()
    report = {
        "reporter_id": buyer.id,
        "target_type": "listing",
        "target_id": listing,
        "reason": "spam",
        "comment": DIRTY,
    }
    with moderation_rule(database, "слово", "refuse"):
        message = {"thread_id": thread["id"], "sender_id": buyer.id, "body": DIRTY}
        sent = user.send("POST", "/chat_messages", message, **RETURNED)
        reported = user.send("POST", "/reports", report)
    assert [row["body"] for row in sent.json()] == [CLEAN]
    assert reported.status_code == 201, reported.text
    assert rows(database, "select comment from reports where reporter_id = %s", buyer.id) == [(CLEAN,)]
    empty = user.send("POST", "/chat_messages", message | {"body": "\u3164\u200d"})
    assert (empty.status_code, empty.json()["code"]) == (400, "23514")


@pytest.fixture
def forbidden(database: Database) -> Iterator[None]:
    """Yield a word that nobody may write."""
    with moderation_rule(database, "наркотик", "refuse", kind="word"):
        yield


@pytest.mark.usefixtures("forbidden")
def test_a_business_hears_from_the_api_which_words_are_refused(functions: Functions, database: Database) -> None:
    seller = new_seller(functions, database)
    owner = BusinessUser(functions, "business", seller.id, "", seller.token)
    refused = owner.send("POST", "", {"name": "Наркотик"})
    assert (refused.status, refused.code) == (422, "text_refused")
    assert [problem["message"] for problem in refused.body["details"]] == ["Нельзя"]
    business = owner.data("POST", "", {"name": new_word("Салон ")})["id"]
    changed = owner.send("PUT", f"/{business}", {"description": "нарк\u200dотик"})
    assert (changed.status, changed.code) == (422, "text_refused")
