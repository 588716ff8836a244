"""Closed business: on every way in, its former team can do nothing in its name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.plain_http import plain_request
from tests.support.rows import rows
from tests.support.sellers import Seller, new_seller, new_user
from tests.support.words import new_word


class Former:
    """Owner of a business that he has closed, with PostgREST and his own token."""

    def __init__(self, seller: Seller, database: Database) -> None:
        self.seller, self.database = seller, database
        query = "insert into business_accounts (user_id, name) values (%s, 'Авто Люкс') returning id::text"
        self.business = str(rows(database, query, seller.id)[0][0])

    def close(self) -> None:
        """Close the business, as the API does."""
        [(answer,)] = rows(self.database, "select business_delete(%s, %s)", self.seller.id, self.business)
        assert answer == {}

    def send(self, method: str, path: str, body: Any) -> httpx.Response:
        """Return a request to PostgREST."""
        headers = {"Authorization": f"Bearer {self.seller.token}", "Prefer": "return=representation"}
        return plain_request(method, f"{self.database.rest_url}{path}", json=body, headers=headers, timeout=10)

    def post_draft(self) -> httpx.Response:
        """Return a draft in the name of the business."""
        draft = {"seller_user_id": self.seller.id, "business_id": self.business, "category": "car", "title": "Camry"}
        return self.send("POST", "/listings", {**draft, "price": 5, "currency": "KGS"})

    def rename(self) -> int:
        """Return how many accounts take another name."""
        return len(self.send("PATCH", f"/business_accounts?id=eq.{self.business}", {"name": "Другое имя"}).json())


@pytest.fixture
def former(functions: Functions, database: Database) -> Former:
    return Former(new_seller(functions, database), database)


def test_an_open_business_is_its_owners(former: Former) -> None:
    assert former.rename() == 1


def test_nobody_posts_in_the_name_of_a_closed_business(former: Former) -> None:
    former.close()
    assert former.post_draft().status_code == 403
    assert former.rename() == 0
    query = "select count(*) from listings where business_id = %s"
    assert rows(former.database, query, former.business) == [(0,)]


def test_nobody_is_invited_into_a_closed_business(former: Former) -> None:
    former.close()
    member = {"business_id": former.business, "user_id": new_user(former.database), "role": "seller"}
    invited = former.send("POST", "/business_members", {**member, "status": "invited", "invited_by": former.seller.id})
    assert invited.status_code == 403
    query = "select count(*) from business_members where business_id = %s and user_id <> %s"
    assert rows(former.database, query, former.business, former.seller.id) == [(0,)]


def test_what_was_drafted_before_the_closing_stays_with_the_person_who_drafted_it(former: Former) -> None:
    query = """insert into listings (seller_user_id, business_id, category, title, price)
               values (%s, %s, 'car', 'Camry', 5) returning id::text"""
    draft = rows(former.database, query, former.seller.id, former.business)[0][0]
    former.close()
    change = former.send("PATCH", f"/listings?id=eq.{draft}", {"title": new_word("Camry ")}).json()
    assert [row["business_id"] for row in change] == [None]
