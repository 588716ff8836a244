"""Listing, one's own, one's favourites: who sees what, what is counted."""

from __future__ import annotations

from uuid import uuid4

import pytest

from auto360.providers.database import round_trips
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, anonymous, car, new_seller


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller; filter by its id to find its listings alone."""
    return new_seller(functions, database)


@pytest.fixture
def viewer(functions: Functions, database: Database) -> Seller:
    """Return a viewer."""
    return new_seller(functions, database)


def test_one_listing_is_at_the_top_level_and_in_data(functions: Functions, seller: Seller) -> None:
    body = anonymous(functions, f"{LISTINGS}/{seller.posted(car())}").body
    assert body["success"] is True
    assert {name: body[name] for name in body["data"]} == body["data"]
    assert anonymous(functions, f"{LISTINGS}/{uuid4()}").code == "not_found"


def test_a_phone_is_for_signed_in_callers_only(functions: Functions, seller: Seller, viewer: Seller) -> None:
    listing = seller.posted(car())
    assert "+996" not in str(anonymous(functions, f"{LISTINGS}/{listing}").body)
    stale = functions.get("listings", f"{LISTINGS}/{listing}", token="eyJhbGciOiJub25lIn0.e30.x")
    assert (stale.status, "+996" in str(stale.body)) == (200, False)
    read = viewer.read(listing).body
    assert read["seller"]["phone"] == read["phone_for_listing"] == "+996700123456"
    assert read["moderation"] is None


def test_likes_and_saves_count_each_person_once(functions: Functions, seller: Seller, viewer: Seller) -> None:
    listing = seller.posted(car())
    for _ in range(2):
        liked, saved = viewer.act(listing, "like").body["data"], viewer.act(listing, "save").body["data"]
        assert (liked["is_liked"], liked["likes_count"]) == (True, 1)
        assert (saved["is_saved"], saved["saves_count"]) == (True, 1)
    read = viewer.read(listing).body
    assert (read["is_liked"], read["is_saved"], read["is_favorited"], read["likes_count"]) == (True, True, True, 1)
    for _ in range(2):
        gone = viewer.call("DELETE", f"{LISTINGS}/{listing}/like").body["data"]
        assert (gone["is_liked"], gone["likes_count"]) == (False, 0)
    assert viewer.call("DELETE", f"{LISTINGS}/{listing}/save").body["data"]["saves_count"] == 0
    assert viewer.act(str(uuid4()), "like").status == 404


def test_a_view_is_counted_once_a_day_and_viewer_without_a_write_per_reading(
    functions: Functions, seller: Seller, viewer: Seller, database: Database
) -> None:
    functions.set(LISTING_BATCH_SIZE="3", LISTING_BATCH_SECONDS="3600")
    listing = seller.posted(car())
    for _ in range(5):
        viewer.read(listing)
        seller.read(listing)
    query = "select views_count from listing_counters where listing_id = %s"
    assert rows(database, query, listing) == []
    for _ in range(3):
        anonymous(functions, f"{LISTINGS}/{listing}")
    assert rows(database, query, listing) == [(3,)]
    seen = rows(database, "select encode(viewer_digest, 'hex') from listing_views where listing_id = %s", listing)
    assert all(viewer.id.replace("-", "") not in digest for (digest,) in seen)


def test_my_listings_are_there_in_every_state_with_the_reason(
    functions: Functions, seller: Seller, database: Database
) -> None:
    ids = [seller.posted(car(title=str(number))) for number in range(5)]
    with database.connect() as connection:
        connection.execute("update listings set status = 'rejected' where id = %s", [ids[0]])
        connection.execute(
            "update moderation_queue set status = 'rejected', reason = 'Чужое видео', completed_at = now()"
            " where listing_id = %s",
            [ids[0]],
        )
    first = seller.call("GET", f"{LISTINGS}/mine", query={"limit": "3"}).body["data"]
    rest = seller.call("GET", f"{LISTINGS}/mine", query={"limit": "3", "cursor": first["next_cursor"]}).body["data"]
    assert [row["title"] for row in first["listings"] + rest["listings"]] == list("43210")
    assert rest["next_cursor"] is None
    rejected = rest["listings"][-1]
    assert (rejected["status"], rejected["moderation"]["reason"]) == ("rejected", "Чужое видео")
    assert rejected["phone_for_listing"] == "+996700123456"
    only = seller.call("GET", f"{LISTINGS}/mine", query={"status": "rejected"}).body["data"]["listings"]
    assert [row["id"] for row in only] == [ids[0]]


def test_favourites_are_one_persons_own_and_the_last_saved_first(
    functions: Functions, seller: Seller, viewer: Seller
) -> None:
    ids = [seller.posted(car()) for _ in range(4)]
    for listing in ids:
        viewer.act(listing, "save")
    seller.call("DELETE", f"{LISTINGS}/{ids[1]}")
    first = viewer.call("GET", f"{LISTINGS}/favorites", query={"limit": "2"}).body["data"]
    rest = viewer.call("GET", f"{LISTINGS}/favorites", query={"limit": "2", "cursor": first["next_cursor"]}).body[
        "data"
    ]
    assert [row["id"] for row in first["listings"] + rest["listings"]] == [ids[3], ids[2], ids[0]]
    assert all(row["is_saved"] for row in first["listings"])
    assert seller.call("GET", f"{LISTINGS}/favorites").body["data"]["listings"] == []


@pytest.mark.parametrize("path", ["mine", "favorites"])
def test_what_is_ones_own_needs_a_token(path: str, functions: Functions) -> None:
    assert anonymous(functions, f"{LISTINGS}/{path}").status == 401


def test_a_request_talks_to_the_database_twice_at_most(seller: Seller, viewer: Seller) -> None:
    listing = seller.posted(car())
    calls: list[tuple[str, str, object]] = [
        *[("GET", path, None) for path in ("", "/search", f"/{listing}", "/mine", "/favorites", "/popular-searches")]
        * 2,
        *[("POST", f"/{listing}/{action}", None) for action in ("like", "save", "mark-sold", "reactivate")],
        ("POST", f"/{listing}/report", {"reason": "spam"}),
        ("POST", "", car()),
        ("PUT", f"/{listing}", {"title": "Toyota Camry 2019"}),
        ("DELETE", f"/{listing}", None),
    ]
    for method, path, body in calls:
        caller = viewer if path.endswith(("like", "save", "report")) else seller
        answer = caller.call(method, LISTINGS + path, body, query={"q": "toyota"} if path == "/search" else {})
        assert answer.status in (200, 201), (path, answer.body)
        assert round_trips() <= 2, path
