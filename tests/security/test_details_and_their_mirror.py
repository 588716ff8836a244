"""Listing's details and the mirror that feeds, filters and moderators read never say two things."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import new_listing
from tests.support.plain_http import plain_request
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, car, new_seller


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller with listings."""
    return new_seller(functions, database)


def directly(database: Database, seller: Seller, method: str, path: str, body: Any = None) -> httpx.Response:
    """Return a request to PostgREST with the seller's own token."""
    headers = {"Authorization": f"Bearer {seller.token}", "Prefer": "return=representation"}
    return plain_request(method, f"{database.rest_url}{path}", json=body, headers=headers, timeout=10)


def both(database: Database, listing: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the details of a car, and their mirror."""
    query = """select jsonb_strip_nulls(to_jsonb(d) - '{listing_id,created_at,updated_at,vin,damage_report}'::text[]),
      l.details from listings l left join car_details d on d.listing_id = l.id where l.id = %s"""
    [(details, mirror)] = rows(database, query, listing)
    return details, mirror


def test_the_details_of_a_shown_listing_cannot_be_deleted_past_the_moderators(
    seller: Seller, database: Database
) -> None:
    listing = seller.post(car(video_url=...)).body["data"]["id"]
    answer = directly(database, seller, "DELETE", f"/car_details?listing_id=eq.{listing}")
    assert answer.status_code == 403
    details, mirror = both(database, listing)
    assert details == mirror
    assert mirror["brand"] == "Toyota"


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ({"color": "белый"}, None),
        ({"brand": "Toyota", "color": "белый"}, None),
        ({"brand": "Kia", "model": "K5", "color": "белый"}, {"brand": "Kia", "model": "K5", "color": "белый"}),
    ],
)
def test_a_listing_without_details_says_so_in_its_mirror_as_well(
    named: dict[str, str], kept: dict[str, str] | None, seller: Seller, database: Database
) -> None:
    listing = new_listing(database, seller.id)
    assert seller.call("PUT", f"{LISTINGS}/{listing}", {"details": named}).status == 200
    details, mirror = both(database, listing)
    assert (details, mirror) == (kept, kept or {})
