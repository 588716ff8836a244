"""Attack: more listings in a month than the tier has, by two people and a business that comes and goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.database import Database
from tests.support.functions import Functions, http_event
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, MODERATION, Seller, car, new_seller


@pytest.fixture
def owner(functions: Functions, database: Database) -> Seller:
    """Somebody on the free tier, with one listing a month."""
    return new_seller(functions, database, free_limit=1)


@pytest.fixture
def friend(functions: Functions, database: Database) -> Seller:
    """Return a second seller."""
    return new_seller(functions, database, free_limit=1)


def ask(who: Seller, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Send a request that succeeds to the function of businesses."""
    event = http_event(method, f"/api/business{path}", body, token=who.token, address=who.address)
    answer = who.functions.raw("business", event)
    assert answer.status < 300, answer.body
    data: dict[str, Any] = answer.body["data"]
    return data


def opened(owner: Seller, member: Seller) -> str:
    """Open a business with one more member."""
    business = str(ask(owner, "POST", "", {"name": "Салон"})["id"])
    ask(owner, "POST", f"/{business}/members", {"user_id": member.id, "role": "admin"})
    ask(member, "POST", f"/{business}/accept")
    return business


def test_a_business_that_closes_leaves_its_listings_in_the_month_of_its_owner(owner: Seller, friend: Seller) -> None:
    business = opened(owner, friend)
    friend.posted(car(business_id=business))
    ask(owner, "DELETE", f"/{business}")
    again = opened(owner, friend)
    assert friend.post(car(business_id=again)).code == "listing_limit_reached"
    assert owner.post(car()).code == "listing_limit_reached"


def test_a_business_that_changes_hands_makes_no_room_for_its_former_owner(owner: Seller, friend: Seller) -> None:
    business = opened(owner, friend)
    owner.posted(car(business_id=business))
    ask(owner, "POST", f"/{business}/transfer", {"user_id": friend.id})
    assert owner.post(car()).code == "listing_limit_reached"
    assert friend.post(car()).status == 201, "nobody else's listings fill the month of the new owner"


def test_listings_rejected_last_month_do_not_all_come_back_in_this_one(
    functions: Functions, owner: Seller, database: Database
) -> None:
    moderator, rejected = new_seller(functions, database, role="moderator"), []
    for _ in range(3):
        rejected.append(owner.posted(car()))
        decision = {"version": 1, "reason": "Чужое видео"}
        assert moderator.call("POST", f"{MODERATION}/listings/{rejected[-1]}/reject", decision).status == 200
    rows(
        database,
        "update listings set published_at = published_at - interval '32 days' where id = any (%s::uuid[]) returning id",
        rejected,
    )
    answers = [owner.call("PUT", f"{LISTINGS}/{listing}", {"title": "Camry, своё видео"}) for listing in rejected]
    assert [answer.code for answer in answers[1:]] == ["listing_limit_reached"] * 2
    assert answers[0].status == 200
