"""Attacks: show buyers a listing whose content no moderator has seen, by whatever way in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.moderation import moderation_rule
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, MODERATION, Seller, car, horse, new_seller

FRAUD = "Внесите предоплату на карту, машину привезём"


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    return new_seller(functions, database)


@pytest.fixture
def moderator(functions: Functions, database: Database) -> Seller:
    """Return a moderator."""
    return new_seller(functions, database, role="moderator")


def approve(moderator: Seller, listing: str) -> None:
    """Approve what lies in the queue."""
    version = moderator.call("GET", f"{MODERATION}/listings/{listing}").body["data"]["version"]
    answer = moderator.call("POST", f"{MODERATION}/listings/{listing}/approve", {"version": version})
    assert answer.status == 200, answer.body


def state(database: Database, listing: str) -> tuple[str, str, str, list[str]]:
    """Status, result of the newest check, place in the queue, flags."""
    query = """select l.status, l.moderation_status, q.status, q.flags from listings l
               join moderation_queue q on q.listing_id = l.id where l.id = %s"""
    [(status, moderation, place, flags)] = rows(database, query, listing)
    return status, moderation, place, flags


def patch(rest: Rest, seller: Seller, table: str, listing: str, change: Any) -> httpx.Response:
    """PATCH a row of a listing through PostgREST."""
    key = "id" if table == "listings" else "listing_id"
    user = RestUser(rest.http, seller.token, seller.id)
    return user.send("PATCH", f"/{table}?{key}=eq.{listing}", change, Prefer="return=representation")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("listings", {"title": "BMW за полцены"}),
        ("listings", {"description": FRAUD}),
        ("listings", {"city": "Ош", "location": "звоните"}),
        ("listings", {"latitude": 42.5, "longitude": 74.5}),
        ("car_details", {"model": "Land Cruiser"}),
        ("car_details", {"damage_report": FRAUD}),
        ("car_details", {"vin": "JTDKN3DU0A0000001"}),
    ],
)
def test_a_sold_listing_cannot_be_rewritten_and_brought_back(
    table: str, change: dict[str, Any], seller: Seller, moderator: Seller, rest: Rest
) -> None:
    listing = seller.posted(car())
    approve(moderator, listing)
    seller.act(listing, "mark-sold")
    before = seller.read(listing).body

    answer = patch(rest, seller, table, listing, change)

    assert answer.status_code == 403, answer.text
    assert seller.act(listing, "reactivate").status == 200
    after = seller.read(listing).body
    assert {name: after[name] for name in ("title", "description", "city", "location", "latitude", "details")} == {
        name: before[name] for name in ("title", "description", "city", "location", "latitude", "details")
    }


@pytest.mark.parametrize("status", ["sold", "archived"])
def test_selling_and_rewriting_in_one_request_is_refused(status: str, seller: Seller, rest: Rest) -> None:
    listing = seller.posted(car())
    answer = patch(rest, seller, "listings", listing, {"status": status, "title": "BMW за полцены"})
    assert answer.status_code == 403, answer.text
    assert seller.read(listing).body["title"] == "Toyota Camry 2018"


def test_details_of_a_sold_listing_cannot_be_deleted_or_added(seller: Seller, rest: Rest) -> None:
    listing = seller.posted(car())
    seller.act(listing, "mark-sold")
    removed = RestUser(rest.http, seller.token).send("DELETE", f"/car_details?listing_id=eq.{listing}")
    assert removed.status_code == 403, removed.text


def test_what_comes_back_from_a_sale_is_checked_like_a_change(
    seller: Seller, moderator: Seller, database: Database
) -> None:
    listing = seller.posted(car())
    approve(moderator, listing)
    seller.act(listing, "mark-sold")
    assert seller.act(listing, "reactivate").body["data"]["status"] == "active"
    assert state(database, listing) == ("active", "pending", "pending", [])


def test_what_breaks_a_rule_by_now_waits_when_it_comes_back(
    seller: Seller, moderator: Seller, database: Database
) -> None:
    listing = seller.posted(car(description="Отдам за кукурузу"))
    approve(moderator, listing)
    seller.act(listing, "mark-sold")
    with moderation_rule(database, "кукуруз", "flag"):
        answer = seller.act(listing, "reactivate")
    assert answer.body["data"]["status"] == "pending_review"
    assert state(database, listing) == ("pending_review", "pending", "pending", ["test_rule"])


def test_forbidden_words_do_not_come_back_from_a_sale(seller: Seller, database: Database) -> None:
    listing = seller.posted(car(description="Отдам за кукурузу"))
    seller.act(listing, "mark-sold")
    with moderation_rule(database, "кукуруз", "refuse"):
        answer = seller.act(listing, "reactivate")
    assert (answer.status, answer.code) == (422, "listing_refused")
    assert seller.read(listing).body["status"] == "sold"


def test_selling_and_bringing_back_gives_no_new_days(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    with database.connect() as connection:
        connection.execute("update listings set expires_at = now() + interval '2 days' where id = %s", [listing])
    for _ in range(3):
        seller.act(listing, "mark-sold")
        with database.connect() as connection:
            connection.execute("update listings set sold_at = now() - interval '1 hour' where id = %s", [listing])
        assert seller.act(listing, "reactivate").status == 200
    left = "expires_at between now() + interval '2 days' and now() + interval '51 hours'"
    query = f"select {left} from listings where id = %s"
    assert rows(database, query, listing) == [(True,)]


def test_changing_the_video_gives_no_new_days(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    with database.connect() as connection:
        connection.execute("update listings set expires_at = now() + interval '2 days' where id = %s", [listing])
    assert seller.call("PUT", f"{LISTINGS}/{listing}", {"video_url": car()["video_url"]}).status == 200
    assert rows(database, "select expires_at < now() + interval '3 days' from listings where id = %s", listing) == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("category", "column"), [("car", "damage_report"), ("horse", "health_notes"), ("horse", "training")]
)
def test_long_notes_of_a_new_listing_are_judged(category: str, column: str, seller: Seller, database: Database) -> None:
    body = car() if category == "car" else horse()
    listing = seller.posted(body | {"details": body["details"] | {column: FRAUD}})
    assert state(database, listing) == ("pending_review", "pending", "pending", ["prepayment"])


@pytest.mark.parametrize("column", ["damage_report", "health_notes", "training"])
@pytest.mark.parametrize("way", ["api", "rest"])
def test_changed_long_notes_are_judged_and_queued(
    way: str, column: str, seller: Seller, rest: Rest, database: Database
) -> None:
    category = "car" if column == "damage_report" else "horse"
    listing = seller.posted(car() if category == "car" else horse())
    if way == "api":
        assert seller.call("PUT", f"{LISTINGS}/{listing}", {"details": {column: FRAUD}}).status == 200
    else:
        assert patch(rest, seller, f"{category}_details", listing, {column: FRAUD}).status_code == 200
    assert state(database, listing) == ("pending_review", "pending", "pending", ["prepayment"])


@pytest.mark.parametrize(
    "change",
    [
        {"details": {"damage_report": "Бит сзади"}},
        {"details": {"vin": "JTDKN3DU0A0000001"}},
        {"city": "Ош"},
        {"location": "рынок"},
        {"latitude": 42.5, "longitude": 74.5},
        {"thumbnail_url": "listings-thumbnails/{id}/other.jpg"},
        {"additional_images": ["listings-thumbnails/{id}/other.jpg"]},
    ],
)
def test_all_that_people_see_is_queued_again_when_it_changes(
    change: dict[str, Any], seller: Seller, moderator: Seller, database: Database
) -> None:
    listing = seller.posted(car())
    approve(moderator, listing)
    own = {
        name: value.format(id=seller.id) if name == "thumbnail_url"
        else [one.format(id=seller.id) for one in value] if name == "additional_images" else value
        for name, value in change.items()
    }  # fmt: skip
    answer = seller.call("PUT", f"{LISTINGS}/{listing}", own)
    assert answer.status == 200, answer.body
    assert state(database, listing) == ("active", "pending", "pending", [])


@pytest.mark.parametrize("way", ["api", "rest"])
def test_a_price_is_changed_without_a_new_check(
    way: str, seller: Seller, rest: Rest, moderator: Seller, database: Database
) -> None:
    listing = seller.posted(car())
    approve(moderator, listing)
    if way == "api":
        assert seller.call("PUT", f"{LISTINGS}/{listing}", {"price": 990000}).status == 200
    else:
        assert patch(rest, seller, "listings", listing, {"price": 990000}).status_code == 200
    assert state(database, listing) == ("active", "approved", "approved", [])


def test_one_change_in_many_tables_is_one_submission(seller: Seller, moderator: Seller) -> None:
    listing = seller.posted(car())
    approve(moderator, listing)
    change = {"title": "Toyota Camry", "details": {"color": "белый", "damage_report": "Бит сзади"}}
    assert seller.call("PUT", f"{LISTINGS}/{listing}", change).status == 200
    assert moderator.call("GET", f"{MODERATION}/listings/{listing}").body["data"]["version"] == 2
