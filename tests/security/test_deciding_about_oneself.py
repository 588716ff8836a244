"""Attack: staff who sell, and check what they sell themselves."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.market import new_listing
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, MODERATION, Seller, car, new_seller


def act(who: Seller, listing: str, action: str, version: int = 1) -> Answer:
    """Perform a step of the check."""
    reason = {"reason": "Проверено"} if action in ("reject", "escalate") else {}
    return who.call("POST", f"{MODERATION}/listings/{listing}/{action}", {"version": version, **reason})


@pytest.mark.parametrize("role", ["moderator", "admin"])
@pytest.mark.parametrize("action", ["take", "approve", "reject", "escalate"])
def test_nobody_decides_about_a_listing_of_ones_own(
    role: str, action: str, functions: Functions, database: Database
) -> None:
    insider = new_seller(functions, database, role=role)
    listing = insider.posted(car(description="Звоните 0555 123 456"))
    stranger = new_seller(functions, database)
    answer = act(insider, listing, action)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert insider.read(listing).body["status"] == "pending_review"
    colleague = new_seller(functions, database, role="moderator")
    assert act(colleague, listing, "approve").status == 200
    assert stranger.call("POST", f"{LISTINGS}/{listing}/report", {"reason": "fraud"}).status == 200
    assert act(insider, listing, "approve").code == "forbidden"
    assert rows(database, "select status from reports where target_id = %s", listing) == [("pending",)]


def test_nobody_decides_about_a_listing_of_the_business_in_which_one_works(
    functions: Functions, database: Database
) -> None:
    owner, insider = new_seller(functions, database), new_seller(functions, database, role="moderator")
    [(business,)] = rows(
        database, "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text", owner.id
    )
    rows(
        database,
        "insert into business_members (business_id, user_id, role, status) values (%s, %s, 'seller', 'active')"
        " returning id",
        business,
        insider.id,
    )
    listing = owner.posted(car(business_id=business))
    assert act(insider, listing, "approve").code == "forbidden"


@pytest.mark.parametrize("is_shown", [True, False])
@pytest.mark.parametrize("whose", ["comment", "listing"])
def test_nobody_decides_about_a_comment_of_ones_own_or_below_ones_own_listing(
    whose: str, *, is_shown: bool, functions: Functions, database: Database
) -> None:
    insider, stranger = new_seller(functions, database, role="moderator"), new_seller(functions, database)
    author, seller = (insider, stranger) if whose == "comment" else (stranger, insider)
    listing = new_listing(database, seller.id)
    comment = author.call("POST", f"{LISTINGS}/{listing}/comments", {"text": "Торг?"}).body["data"]["id"]
    rows(database, "update comments set is_hidden = true where id = %s returning id", comment)

    answer = insider.call("POST", f"{MODERATION}/comments/{comment}", {"is_shown": is_shown})

    assert (answer.status, answer.code) == (403, "forbidden")
    hidden = rows(database, "select is_hidden, is_deleted from comments where id = %s", comment)
    assert hidden == [(True, False)]
    colleague = new_seller(functions, database, role="moderator")
    assert colleague.call("POST", f"{MODERATION}/comments/{comment}", {"is_shown": is_shown}).status == 200
