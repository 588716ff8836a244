"""Whoever wants his listing to look popular gets a handful of views a day, whatever his requests say of themselves."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.functions import Functions, http_event
from tests.support.people import new_address
from tests.support.plain_http import plain_client
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, car, new_seller

# Anonymous views of one listing from one address in a day (docs/decisions/0073).
MAX_PER_ADDRESS = 5


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller with a listing; every view is written at once."""
    functions.set(LISTING_BATCH_SIZE="1")
    return new_seller(functions, database)


def looked_at(functions: Functions, listing: str, visits: Iterable[tuple[str, str]]) -> None:
    """Requests of nobody in particular: addresses and user agents."""
    for address, agent in visits:
        event = http_event("GET", f"{LISTINGS}/{listing}", address=address, headers={"User-Agent": agent})
        assert functions.raw("listings", event).status == 200
    # What an instance has gathered is written with the next reading.
    functions.raw("listings", http_event("GET", f"{LISTINGS}/{listing}", address=new_address()))


def views(database: Database, listing: str) -> int:
    """Views that were counted."""
    query = "select coalesce(sum(views_count), 0) from listing_counters where listing_id = %s"
    [(counted,)] = rows(database, query, listing)
    return int(counted)


def test_ninety_user_agents_of_one_address_are_a_handful_of_views(
    functions: Functions, seller: Seller, database: Database
) -> None:
    listing, address = seller.posted(car()), new_address()
    looked_at(functions, listing, ((address, f"phone {number}") for number in range(90)))
    assert views(database, listing) == MAX_PER_ADDRESS


def test_an_ipv6_network_is_one_address(functions: Functions, seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    addresses = (f"2001:db8:77:{number:x}::{number:x}" for number in range(1, 91))
    looked_at(functions, listing, ((address, f"phone {address}") for address in addresses))
    assert views(database, listing) == MAX_PER_ADDRESS


def test_people_behind_one_address_are_counted_one_by_one_when_they_are_signed_in(
    functions: Functions, seller: Seller, database: Database
) -> None:
    listing, address = seller.posted(car()), new_address()
    people = [new_seller(functions, database) for _ in range(8)]
    for person in people * 2:
        person.call("GET", f"{LISTINGS}/{listing}", address=address)
    looked_at(functions, listing, [])
    assert views(database, listing) == len(people)


def test_the_database_counts_no_more_either(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    batch = [
        {"listing_id": listing, "viewer": "ab" * 16, "device": number, "viewed_on": "2026-11-01"}
        for number in range(90)
    ]
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        for part in (batch[:45], batch[45:]):
            connection.execute("select record_listing_views(%s)", [Jsonb(part)])
    assert views(database, listing) == MAX_PER_ADDRESS


def test_nobody_writes_views_past_the_functions(seller: Seller, database: Database) -> None:
    listing = seller.posted(car())
    headers = {"Authorization": f"Bearer {seller.token}"}
    with plain_client(base_url=database.rest_url, headers=headers, timeout=10) as rest:
        changed = rest.patch(f"/listings?id=eq.{listing}", json={"views_count": 1000})
        called = rest.post("/rpc/record_listing_views", json={"p_views": []})
    assert (changed.status_code, called.status_code) == (403, 403)
    assert views(database, listing) == 0
