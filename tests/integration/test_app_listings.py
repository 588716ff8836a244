"""Listings as the app reads, filters, edits and deletes them through PostgREST."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.market import new_listing
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows


@pytest.fixture
def seller(rest: Rest) -> RestUser:
    """Return a private seller."""
    return rest.user()


def car(database: Database, seller: RestUser, **details: Any) -> str:
    """Insert an active car with these details."""
    listing = new_listing(database, seller.id)
    row = {"listing_id": listing, "brand": "Toyota", "model": "Camry", **details}
    rows(
        database,
        """insert into car_details select * from jsonb_populate_record(null::car_details,
             %s || jsonb_build_object('created_at', now(), 'updated_at', now())) returning 1""",
        Jsonb(row),
    )
    return listing


def found(reader: RestUser, seller: RestUser, condition: str) -> list[str]:
    """Return the seller's listings that a filter of the app finds."""
    path = f"/listings?select=id&category=eq.car&status=eq.active&seller_user_id=eq.{seller.id}&{condition}"
    return [row["id"] for row in reader.rows(path)]


def test_the_names_that_the_app_reads_are_columns(seller: RestUser, rest: Rest, database: Database) -> None:
    listing = new_listing(database, seller.id)
    rows(database, "update listings set views_count = 7, ai_quality_score = 91 where id = %s returning id", listing)

    [row] = rest.anybody.rows(f"/listings?id=eq.{listing}&select=*")

    names = ("seller_id", "views", "likes", "saves", "ai_score", "location_text")
    assert [row[name] for name in names] == [seller.id, 7, 0, 0, 91, None]
    assert rest.anybody.rows(f"/listings?id=eq.{listing}&order=ai_score.desc.nullslast") != []


@pytest.mark.parametrize(
    "condition",
    [
        *("brand=eq.toyota", "brand=eq.TOYOTA", "model=eq.camry", "brand=eq.Toyota&model=eq.CAMRY"),
        *("or=(title.ilike.*камри*,description.ilike.*x*,brand.ilike.*toyo*)", "brand=ilike.toyota"),
        *("transmission=eq.cvt", "color=eq.white", "color=eq.White", "model=in.(camry,corolla)"),
    ],
)
def test_a_filter_of_the_app_finds_what_the_seller_wrote(
    condition: str, seller: RestUser, rest: Rest, database: Database
) -> None:
    listing = car(database, seller, transmission="variator", color="Белый")
    assert found(rest.anybody, seller, condition) == [listing]


def test_a_breed_is_found_in_either_spelling(seller: RestUser, rest: Rest, database: Database) -> None:
    for breed in ("Кыргызская", "киргизская"):
        listing = new_listing(database, seller.id)
        rows(database, "update listings set category = 'horse' where id = %s returning id", listing)
        rows(database, "insert into horse_details (listing_id, breed) values (%s, %s) returning 1", listing, breed)
    path = f"/listings?seller_user_id=eq.{seller.id}&breed=eq.Киргизская&select=id"
    assert len(rest.anybody.rows(path)) == 2


EDIT = {
    "price": 990000,
    "description": None,
    "city": "Ош",
    "location": "Ош, центр",
    "location_text": "Ош, центр",
    "updated_at": "2020-01-01T00:00:00Z",
}


def test_the_edit_screen_saves(seller: RestUser, database: Database) -> None:
    listing = new_listing(database, seller.id)

    answer = seller.send("PATCH", f"/listings?id=eq.{listing}", EDIT)

    assert answer.status_code == 204, answer.text
    query = """select price, description, city, location, location_text, updated_at > now() - interval '1 minute'
               from listings where id = %s"""
    assert rows(database, query, listing) == [(990000, "", "Ош", "Ош, центр", "Ош, центр", True)]


def test_the_place_is_saved_under_either_name_and_cleaned(seller: RestUser, database: Database) -> None:
    listing = new_listing(database, seller.id)
    for change in ({"location_text": " Кант <b>центр</b>"}, {"location": "Кант   центр"}):
        assert seller.send("PATCH", f"/listings?id=eq.{listing}", change).status_code == 204
        assert rows(database, "select location, location_text from listings where id = %s", listing) == [
            ("Кант центр", "Кант центр")
        ]


def test_an_edited_place_is_checked_like_any_content(seller: RestUser, database: Database) -> None:
    listing = new_listing(database, seller.id)
    assert seller.send("PATCH", f"/listings?id=eq.{listing}", {"location_text": "Ош"}).status_code == 204
    assert rows(database, "select moderation_status from listings where id = %s", listing) == [("pending",)]
    sold = new_listing(database, seller.id)
    assert seller.send("PATCH", f"/listings?id=eq.{sold}", {"status": "sold"}).status_code == 204
    assert seller.send("PATCH", f"/listings?id=eq.{sold}", {"location_text": "Ош"}).status_code == 403


def test_deleting_removes_a_listing_as_the_api_does(seller: RestUser, rest: Rest, database: Database) -> None:
    listing = new_listing(database, seller.id)
    query = """insert into videos (owner_user_id, listing_id, provider, provider_video_id, state)
               values (%s, %s, 'api_video', %s, 'ready') returning id"""
    rows(database, query, seller.id, listing, f"vi{listing}")

    answer = seller.send("DELETE", f"/listings?id=eq.{listing}&seller_user_id=eq.{seller.id}")

    assert answer.status_code == 204, answer.text
    assert rest.anybody.rows(f"/listings?id=eq.{listing}&select=id") == []
    kept = """select l.deleted_at is not null, v.delete_requested_at is not null
              from listings l join videos v on v.listing_id = l.id where l.id = %s"""
    assert rows(database, kept, listing) == [(True, True)]


def test_nobody_deletes_the_listing_of_another_person(seller: RestUser, rest: Rest, database: Database) -> None:
    listing = new_listing(database, seller.id)
    assert rest.user().send("DELETE", f"/listings?id=eq.{listing}").status_code == 204
    assert rest.anybody.send("DELETE", f"/listings?id=eq.{listing}").status_code == 401
    assert rows(database, "select deleted_at from listings where id = %s", listing) == [(None,)]
