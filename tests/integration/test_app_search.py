"""App's search screen as a guest, on the demonstration data: typed text, filters, orders.

The calls are those that the app sends to PostgREST: each word in title, description or brand, and the values that it
reads out of the words or takes from the screen. What the demonstration data holds must be found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from tests.support.database import Database
from tests.support.plain_http import plain_client

SELECT = "*,seller:users!seller_user_id(id,name,avatar_url,is_verified)"


@pytest.fixture(scope="module")
def guest(database: Database) -> Iterator[httpx.Client]:
    """Yield a guest's client, with the demonstration data loaded."""
    database.load_seed()
    headers = {"Authorization": f"Bearer {database.anon_key}", "Prefer": "count=exact"}
    with plain_client(base_url=database.rest_url, headers=headers, timeout=30) as http:
        yield http


@pytest.fixture
def x5(database: Database, guest: httpx.Client) -> Iterator[None]:
    """Offer a BMW X5, as no demonstration listing is one."""
    with database.connect() as connection:
        [(listing,)] = connection.execute(
            "insert into listings (seller_user_id, category, title, price, city, status, moderation_status)"
            " select id, 'car', 'BMW X5, дизель', 2500000, 'Бишкек', 'active', 'approved' from public_profiles limit 1"
            " returning id"
        ).fetchall()
        text = "insert into car_details (listing_id, brand, model, year) values (%s, 'BMW', 'X5', 2019)"
        connection.execute(text, [listing])
    yield
    with database.connect() as connection:
        connection.execute("delete from listings where id = %s", [listing])


def found(guest: httpx.Client, category: str, typed: str = "", order: str = "created_at.desc", **values: str) -> int:
    """How many listings the app's search finds. Fails where PostgREST refuses."""
    words = [word for word in typed.split() if len(word) >= 2]
    parts = [f"{column}.ilike.%{word}%" for word in words for column in ("title", "description", "brand")]
    params = {"select": SELECT, "category": f"eq.{category}", "status": "eq.active", "order": order, "limit": "20"}
    params |= {"or": f"({','.join(parts)})"} if parts else {}
    params |= {name: value if "." in value else f"eq.{value}" for name, value in values.items()}
    answer = guest.get("/listings", params=params)
    assert answer.status_code in (200, 206), answer.text
    for row in answer.json():
        assert row["seller"]["name"], row
        assert "+996" not in str(row)
    number = int(answer.headers["Content-Range"].split("/")[1])
    if os.environ.get("SHOW_COUNTS"):
        print(f"{category:12} {typed or values or order!s:50} {number}")
    return number


TYPED: list[tuple[str, str, dict[str, str]]] = [
    ("car", "Toyota Camry", {"brand": "Toyota", "model": "camry"}),
    ("car", "toyota", {"brand": "Toyota"}),
    ("car", "Hyundai", {"brand": "Hyundai"}),
    ("car", "Honda Fit", {"brand": "Honda", "model": "fit"}),
    ("car", "Subaru", {"brand": "Subaru"}),
    ("car", "Sonata", {}),
    ("car", "Mitsubishi Delica", {"brand": "Mitsubishi", "model": "delica"}),
    ("car", "Toyota 2018", {"brand": "Toyota", "year": "2018"}),
    ("car", "Lexus", {"brand": "Lexus"}),
    ("car", "один хозяин", {}),
    ("car", "из Кореи", {}),
    ("horse", "Кобыла", {}),
    ("horse", "жеребец", {}),
    ("horse", "кумыс", {}),
    ("real_estate", "квартира", {"property_type": "apartment"}),
    ("real_estate", "дом", {"property_type": "house"}),
    ("real_estate", "участок", {"property_type": "land"}),
    ("real_estate", "2 комнатная", {}),
    ("real_estate", "Иссык", {}),
    ("real_estate", "ремонт", {}),
]


@pytest.mark.parametrize(("category", "typed", "read"), TYPED, ids=[typed for _, typed, _ in TYPED])
def test_what_a_guest_types_finds_listings(
    category: str, typed: str, read: dict[str, str], guest: httpx.Client
) -> None:
    assert found(guest, category, typed, **read) > 0


SYNONYMS: list[tuple[str, dict[str, str]]] = [
    ("Mercedes", {"brand": "Mercedes"}),
    ("mercedes", {"brand": "Mercedes-Benz"}),
    ("Sprinter", {"brand": "Мерседес"}),
    ("Toyota", {"brand": "in.(тойота)"}),
    ("BMW X5", {"brand": "Bmw", "model": "x5"}),
]


@pytest.mark.parametrize(("typed", "read"), SYNONYMS, ids=[str(read) for _, read in SYNONYMS])
def test_every_name_of_a_brand_finds_its_listings(
    typed: str, read: dict[str, str], guest: httpx.Client, x5: None
) -> None:
    assert found(guest, "car", typed, **read) > 0


@pytest.mark.parametrize(("asked", "brands"), [("Toyota", {"toyota"}), ("Mercury", set()), ("мерс", {"mercedes-benz"})])
def test_another_brand_is_not_found(asked: str, brands: set[str], guest: httpx.Client) -> None:
    rows = guest.get("/listings", params={"select": "brand", "category": "eq.car", "brand": f"eq.{asked}"}).json()
    assert {row["brand"].lower() for row in rows} == brands


def test_a_brand_that_is_left_out_is_left_out_under_every_name(guest: httpx.Client) -> None:
    rows = guest.get("/listings", params={"select": "brand", "category": "eq.car", "brand": "not.eq.mercedes"}).json()
    assert len(rows) > 5
    assert "Mercedes-Benz" not in {row["brand"] for row in rows}


FILTERS: list[tuple[str, dict[str, str]]] = [
    ("car", {"brand": "Toyota"}),
    ("car", {"brand": "toyota", "model": "CAMRY"}),
    ("car", {"transmission": "automatic"}),
    ("car", {"transmission": "cvt"}),
    ("car", {"transmission": "manual"}),
    ("car", {"fuel_type": "petrol"}),
    ("car", {"fuel_type": "diesel"}),
    ("car", {"fuel_type": "hybrid"}),
    *(("car", {"color": code}) for code in ("black", "white", "gray", "silver", "blue", "red", "green")),
    ("car", {"city": "Бишкек"}),
    ("car", {"price": "gte.1000000"}),
    ("car", {"price": "lte.1000000"}),
    ("car", {"year": "gte.2018"}),
    ("car", {"year": "lte.2012"}),
    ("horse", {"breed": "Киргизская"}),
    ("horse", {"gender": "gelding"}),
    ("horse", {"gender": "stallion"}),
    ("horse", {"gender": "mare"}),
    ("horse", {"color": "Гнедая"}),
    ("real_estate", {"property_type": "apartment"}),
    ("real_estate", {"property_type": "house"}),
    ("real_estate", {"property_type": "land"}),
    ("real_estate", {"property_type": "commercial"}),
    ("real_estate", {"rooms": "2"}),
    ("real_estate", {"rooms": "3", "city": "Бишкек"}),
    ("real_estate", {"price": "lte.5000000"}),
]


@pytest.mark.parametrize(("category", "values"), FILTERS, ids=[f"{c} {v}" for c, v in FILTERS])
def test_a_filter_of_the_screen_finds_listings(category: str, values: dict[str, str], guest: httpx.Client) -> None:
    held = found(guest, category, **values)
    assert held > 0


@pytest.mark.parametrize(
    "order", ["price.asc", "price.desc", "views_count.desc", "ai_score.desc", "created_at.desc", "views.desc"]
)
def test_every_order_of_the_screen_works(order: str, guest: httpx.Client) -> None:
    assert found(guest, "car", order=order) > 0


# Sent as equality, or about what no listing says: docs/app-direct-calls.md lists them.
NO_SUCH_COLUMN = [
    *("minAge", "maxAge", "maxMileage", "minAiScore", "minHeight", "maxHeight", "minArea", "maxArea", "minFloor"),
    *("maxFloor", "temperament", "building_type", "has_documents", "has_vet_passport", "competition_ready"),
    *("clean_documents", "with_furniture", "with_parking", "with_warranty", "with_ai_analysis"),
]


@pytest.mark.parametrize("name", NO_SUCH_COLUMN)
def test_what_no_listing_says_is_refused_by_name(name: str, guest: httpx.Client) -> None:
    answer = guest.get("/listings", params={"select": "id", name: "eq.1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "42703")
