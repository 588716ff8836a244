"""Posting and changing listings as the existing app does it."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, anonymous, car, horse, new_seller


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller."""
    return new_seller(functions, database)


@pytest.fixture
def other(functions: Functions, database: Database) -> Seller:
    """Return another user."""
    return new_seller(functions, database)


def test_the_apps_car_is_taken_as_it_is(seller: Seller) -> None:
    answer = seller.post(car())
    assert answer.status == 201, answer.body
    assert answer.body["success"] is True
    data = answer.body["data"]
    assert (data["status"], data["moderation_status"]) == ("active", "pending")
    assert data["details"] == {"brand": "Toyota", "model": "Camry", "year": 2018, "mileage": 90000}
    assert (data["brand"], data["year"], data["price"], data["currency"]) == ("Toyota", 2018, 1200000, "KGS")
    assert data["video_id"]
    assert data["video_url"] == f"https://cdn.api.video/vod/{data['video_id']}/hls/manifest.m3u8"
    assert data["thumbnail_url"] == f"https://cdn.api.video/vod/{data['video_id']}/thumbnail.jpg"
    assert (data["video_trim_end"], data["video_trimmed_duration"]) == (12.5, 12.5)
    assert data["seller_id"] == data["seller_user_id"] == data["seller"]["id"] == seller.id
    assert data["seller"]["phone"] == data["phone_for_listing"] == "+996700123456"


@pytest.mark.parametrize("gender", ["Жеребец", "Кобыла", "Мерин"])
def test_the_apps_horse_is_taken_with_its_gender_in_russian_and_no_height(
    gender: str, seller: Seller, database: Database
) -> None:
    body = horse()
    body["details"]["gender"] = gender
    answer = seller.post(body)
    assert answer.status == 201, answer.body
    assert answer.body["data"]["details"]["gender"] == gender
    stored = {"Жеребец": "stallion", "Кобыла": "mare", "Мерин": "gelding"}[gender]
    found = rows(database, "select gender, height from horse_details where listing_id = %s", answer.body["data"]["id"])
    assert found == [(stored, None)]


def test_a_property_is_taken(seller: Seller) -> None:
    details = {"property_type": "apartment", "rooms": 2, "area": 54.5, "floor": 3, "total_floors": 9}
    answer = seller.post(car(category="real_estate", title="2-комнатная квартира", details=details))
    assert answer.status == 201, answer.body
    assert (answer.body["data"]["rooms"], answer.body["data"]["area"]) == (2, 54.5)


def test_the_listing_is_registered_with_its_video(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    found = rows(database, "select owner_user_id::text, provider, state from videos where listing_id = %s", listing)
    assert found == [(seller.id, "api_video", "processing")]


def test_a_video_of_somebody_else_is_not_taken(seller: Seller, other: Seller) -> None:
    body = car()
    seller.posted(body)
    answer = other.post(body)
    assert (answer.status, answer.code) == (409, "video_unavailable")
    mine = other.call("GET", f"{LISTINGS}/mine").body["data"]["listings"]
    assert mine == []


def test_the_same_body_within_ten_minutes_is_one_listing(seller: Seller, database: Database) -> None:
    body = car()
    first, second = seller.posted(body), seller.posted(body)
    assert first == second
    with database.connect() as connection:
        connection.execute("update idempotency_keys set expires_at = now() where user_id = %s", [seller.id])
        connection.execute("update listings set deleted_at = now() where id = %s", [first])
    assert seller.posted(body | {"video_url": car()["video_url"]}) != first


def test_a_key_makes_a_repeated_request_harmless(seller: Seller) -> None:
    headers = {"Idempotency-Key": "k-1"}
    body = car()
    first, second = seller.post(body, headers=headers), seller.post(body, headers=headers)
    assert (first.status, second.status) == (201, 201)
    assert first.body["data"]["id"] == second.body["data"]["id"]
    changed = seller.post(body | {"price": 5}, headers=headers)
    assert (changed.status, changed.code) == (409, "idempotency_key_reused")


def test_different_keys_are_different_listings(seller: Seller) -> None:
    ids = {seller.post(car(video_url=...), headers={"Idempotency-Key": key}).body["data"]["id"] for key in ("a", "b")}
    assert len(ids) == 2


def test_the_month_has_as_many_listings_as_the_tier_allows(functions: Functions, database: Database) -> None:
    seller = new_seller(functions, database, free_limit=1, paid_slots=1)
    first = seller.posted(car())
    seller.posted(car())
    assert (seller.post(car()).status, seller.post(car()).code) == (403, "listing_limit_reached")
    seller.call("DELETE", f"{LISTINGS}/{first}")
    assert seller.post(car()).code == "listing_limit_reached"
    with database.connect() as connection:
        connection.execute(
            "insert into subscriptions (user_id, tier, listing_limit, expires_at)"
            " values (%s, 'premium', null, now() + interval '9 days')",
            [seller.id],
        )
    assert seller.post(car()).status == 201


def test_a_listing_of_a_business_needs_membership_and_counts_against_its_owner(
    functions: Functions, database: Database, seller: Seller
) -> None:
    owner = new_seller(functions, database, free_limit=1)
    business = rows(
        database, "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text", owner.id
    )[0][0]
    assert seller.post(car(business_id=business)).status == 403
    with database.connect() as connection:
        connection.execute(
            "insert into business_members (business_id, user_id, role, status) values (%s, %s, 'seller', 'active')",
            [business, seller.id],
        )
    listing = seller.posted(car(business_id=business))
    assert anonymous(functions, f"{LISTINGS}/{listing}").body["business"]["name"] == "Салон"
    assert owner.post(car(business_id=business)).code == "listing_limit_reached"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "я" * 256}),
        ("price", {"price": 0}),
        ("price", {"price": "1200"}),
        ("price", {"price": 1_000_000_000}),
        ("description", {"description": "я" * 2001}),
        ("details.year", {"details": {"brand": "ВАЗ", "model": "2101", "year": 1899}}),
        ("details.brand", {"details": {"model": "Camry"}}),
        ("details.engine", {"details": {"brand": "T", "model": "C", "engine": 1}}),
        ("video_url", {"video_url": "https://evil.example/vod/vi1/hls/manifest.m3u8"}),
        ("video_url", {"video_url": "http://cdn.api.video/vod/vi1/hls/manifest.m3u8"}),
        ("video_url", {"video_url": "https://cdn.api.video@evil.example/vod/vi1/x"}),
        ("thumbnail_url", {"thumbnail_url": "https://evil.example/a.jpg"}),
        ("additional_images.0", {"additional_images": ["https://evil.example/a.jpg"]}),
        ("likes_count", {"likes_count": 5}),
        ("status", {"status": "active"}),
        ("city", {"city": "Б"}),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(
    field: str, changes: dict[str, object], seller: Seller
) -> None:
    answer = seller.post(car(**changes))
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [problem["field"] for problem in answer.body["details"]] == [field]


def test_texts_are_cleaned(seller: Seller) -> None:
    body = car(title=" Toyota\u202e  <b>Camry</b>\n", description="раз\r\n\r\n\r\n\r\nдва\x00<script>x</script>")
    data = seller.post(body).body["data"]
    assert (data["title"], data["description"]) == ("Toyota Camry", "раз\n\nдва x")


def test_own_pictures_are_taken_by_their_place(seller: Seller) -> None:
    data = seller.post(car(additional_images=[f"listings-thumbnails/{seller.id}/a.jpg"])).body["data"]
    assert data["additional_images"][0].endswith(f"/object/public/listings-thumbnails/{seller.id}/a.jpg")


def test_a_blocked_seller_posts_nothing(seller: Seller, database: Database) -> None:
    with database.connect() as connection:
        connection.execute("update accounts set is_blocked = true where id = %s", [seller.id])
    assert (seller.post(car()).status, seller.post(car()).code) == (403, "account_blocked")


def test_a_change_keeps_what_is_not_named(seller: Seller) -> None:
    listing = seller.posted(car())
    answer = seller.call("PUT", f"{LISTINGS}/{listing}", {"price": 990000, "details": {"color": "белый"}})
    assert answer.status == 200, answer.body
    data = answer.body["data"]
    assert (data["price"], data["title"], data["status"]) == (990000, "Toyota Camry 2018", "active")
    assert data["details"] == {
        "brand": "Toyota", "model": "Camry", "year": 2018, "mileage": 90000, "color": "белый",
    }  # fmt: skip
    assert data["phone_for_listing"] == "+996700123456"
    emptied = seller.call("PUT", f"{LISTINGS}/{listing}", {"phone_for_listing": None, "location": ""}).body["data"]
    assert (emptied["phone_for_listing"], emptied["location"]) == (None, None)


def test_details_of_another_category_are_passed_over(seller: Seller, database: Database) -> None:
    listing = seller.posted(horse())
    answer = seller.call("PUT", f"{LISTINGS}/{listing}", {"details": {"brand": "Toyota", "age": 6}})
    assert (answer.body["data"]["age"], answer.body["data"]["brand"]) == (6, None)
    assert rows(database, "select details ? 'brand' from listings where id = %s", listing) == [(False,)]


def test_a_new_video_takes_the_place_of_the_old_one(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    url = car()["video_url"]
    data = seller.call("PUT", f"{LISTINGS}/{listing}", {"video_url": url}).body["data"]
    assert data["video_url"] == url
    states = rows(
        database,
        "select provider_video_id = %s, delete_requested_at is not null from videos where listing_id = %s order by 2",
        data["video_id"],
        listing,
    )
    assert states == [(True, False), (False, True)]


def test_nobody_else_changes_or_removes_a_listing(seller: Seller, other: Seller) -> None:
    listing = seller.posted(car())
    for method, body in (("PUT", {"price": 5}), ("DELETE", None)):
        assert other.call(method, f"{LISTINGS}/{listing}", body).status == 403
    for action in ("mark-sold", "reactivate"):
        assert other.act(listing, action).status == 403
    assert seller.read(listing).body["price"] == 1200000


def test_a_removed_listing_is_gone_and_its_video_is_released(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    for _ in range(2):
        assert seller.call("DELETE", f"{LISTINGS}/{listing}").status == 200
    assert seller.read(listing).status == 404
    assert seller.call("PUT", f"{LISTINGS}/{listing}", {"price": 5}).status == 404
    found = rows(database, "select delete_requested_at is not null from videos where listing_id = %s", listing)
    assert found == [(True,)]


def test_a_sold_listing_stays_for_two_weeks(seller: Seller, functions: Functions, database: Database) -> None:
    listing = seller.posted(car())
    answer = seller.act(listing, "mark-sold")
    assert answer.status == 200
    assert answer.body["delete_at"] == answer.body["data"]["delete_at"]
    assert answer.body["data"]["days_until_deletion"] == 14
    assert seller.act(listing, "mark-sold").body["delete_at"] == answer.body["delete_at"]
    assert anonymous(functions, f"{LISTINGS}/{listing}").body["status"] == "sold"
    assert seller.call("PUT", f"{LISTINGS}/{listing}", {"price": 5}).code == "listing_not_active"
    with database.connect() as connection:
        connection.execute("update listings set delete_at = now() where id = %s", [listing])
    assert anonymous(functions, f"{LISTINGS}/{listing}").status == 404
    assert (seller.act(listing, "reactivate").status, seller.act(listing, "reactivate").code) == (
        409,
        "listing_sale_final",
    )


def test_a_sale_can_be_taken_back(seller: Seller, functions: Functions, database: Database) -> None:
    listing = seller.posted(car())
    seller.act(listing, "mark-sold")
    for _ in range(2):
        answer = seller.act(listing, "reactivate")
        assert (answer.status, answer.body["data"]["status"]) == (200, "active")
    read = anonymous(functions, f"{LISTINGS}/{listing}").body
    assert (read["status"], read["sold_at"], read["delete_at"]) == ("active", None, None)
    with database.connect() as connection:
        connection.execute("update listings set status = 'archived' where id = %s", [listing])
    assert seller.act(listing, "reactivate").code == "listing_not_sold"
    assert seller.act(listing, "mark-sold").code == "listing_not_active"


@pytest.mark.parametrize("action", ["mark-sold", "reactivate", "like", "save"])
def test_strangers_get_a_sentence_that_a_person_can_read(action: str, functions: Functions) -> None:
    path = f"{LISTINGS}/00000000-0000-4000-8000-000000000000/{action}"
    answer = functions.post("listings", path)
    assert (answer.status, answer.code) == (401, "authentication_required")
    assert isinstance(answer.body["error"], str)
