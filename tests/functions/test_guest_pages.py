"""Feed pages for guests are kept as finished bytes: the same tag and text until something is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from auto360.core.identity import AccessTokens
from tests.support.database import Database
from tests.support.functions import Functions, http_event
from tests.support.sellers import LISTINGS, Seller, anonymous, car, new_seller


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller; its id keeps a test's pages apart from others."""
    return new_seller(functions, database)


def page(
    functions: Functions, seller: Seller, headers: Mapping[str, str] | None = None, **query: str
) -> dict[str, Any]:
    """Return the raw answer to a guest."""
    event = http_event("GET", LISTINGS, query={"seller": seller.id, **query}, headers=headers)
    return functions.handler("listings")(event, None)


def rename(database: Database, seller: Seller, title: str) -> None:
    """Change a title in a way that no cache hears of."""
    with database.connect() as connection:
        connection.execute("update listings set title = %s where seller_user_id = %s", [title, seller.id])


def test_a_kept_page_has_the_bytes_tag_and_headers_of_the_first(functions: Functions, seller: Seller) -> None:
    seller.posted(car(title="Камри"))
    first, second = page(functions, seller), page(functions, seller)
    assert (first["statusCode"], first["body"]) == (second["statusCode"], second["body"])
    for name in ("ETag", "Cache-Control", "Vary", "Content-Type"):
        assert first["multiValueHeaders"][name] == second["multiValueHeaders"][name], name
    assert json.loads(second["body"])["data"]["listings"][0]["title"] == "Камри"


def test_a_known_tag_is_answered_without_the_page(functions: Functions, seller: Seller) -> None:
    [tag] = page(functions, seller)["multiValueHeaders"]["ETag"]
    for _ in range(2):
        again = page(functions, seller, headers={"If-None-Match": tag})
        assert (again["statusCode"], again["body"]) == (304, "")


def test_a_page_is_kept_for_guests_alone_and_until_a_listing_is_written(
    functions: Functions, seller: Seller, database: Database
) -> None:
    seller.posted(car(title="A"))
    kept = page(functions, seller)["body"]
    rename(database, seller, "B")
    assert page(functions, seller)["body"] == page(functions, seller, utm_source="x")["body"] == kept
    mine = seller.call("GET", LISTINGS, query={"seller": seller.id}).body["data"]["listings"]
    assert [listing["title"] for listing in mine] == ["B"]
    seller.posted(car(title="C"))
    titles = [listing["title"] for listing in json.loads(page(functions, seller)["body"])["data"]["listings"]]
    assert titles == ["C", "B"]


def test_other_filters_are_another_page_and_bad_ones_are_refused(functions: Functions, seller: Seller) -> None:
    seller.posted(car(title="A"))
    every, horses = page(functions, seller)["body"], page(functions, seller, category="horse")["body"]
    assert len(json.loads(every)["data"]["listings"]) == 1
    assert json.loads(horses)["data"]["listings"] == []
    assert page(functions, seller, limit="0")["statusCode"] in (400, 422)


def test_a_token_is_checked_once_in_a_request_and_anew_in_the_next(
    functions: Functions, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = AccessTokens.check

    def counting(self: AccessTokens, token: str) -> Any:
        checked.append(token)
        return check(self, token)

    monkeypatch.setattr(AccessTokens, "check", counting)
    for number in (1, 2):
        assert seller.call("GET", LISTINGS).status == 200
        assert checked == [seller.token] * number


def test_a_guest_who_changes_addresses_within_an_ipv6_network_stays_one_guest(functions: Functions) -> None:
    network = f"2001:db8:{uuid4().hex[:4]}"
    addresses = (f"{network}:1::1", f"{network}:1:ffff::9", f"{network}:2::1")
    left = [anonymous(functions, LISTINGS, address=one).headers["RateLimit-Remaining"] for one in addresses]
    assert int(left[1]) == int(left[0]) - 1
    assert left[2] == left[0]
