"""Moderation: what is flagged, who decides, what the seller sees."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, MODERATION, Seller, anonymous, car, new_seller
from tests.support.words import new_word


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller."""
    return new_seller(functions, database)


@pytest.fixture
def moderator(functions: Functions, database: Database) -> Seller:
    """Return a moderator."""
    return new_seller(functions, database, role="moderator")


@pytest.fixture
def admin(functions: Functions, database: Database) -> Seller:
    return new_seller(functions, database, role="admin")


def item(moderator: Seller, listing: str) -> dict[str, Any]:
    """Return a place in the queue with its history."""
    answer = moderator.call("GET", f"{MODERATION}/listings/{listing}")
    assert answer.status == 200, answer.body
    data: dict[str, Any] = answer.body["data"]
    return data


def act(moderator: Seller, listing: str, action: str, *, version: int = 1, **more: Any) -> Answer:
    """Return a step of a moderator."""
    return moderator.call("POST", f"{MODERATION}/listings/{listing}/{action}", {"version": version, **more})


def actions(moderator: Seller, listing: str) -> list[str]:
    """Return the actions so far."""
    return [event["action"] for event in item(moderator, listing)["events"]]


def test_what_breaks_no_rule_is_shown_at_once_and_checked_afterwards(
    seller: Seller, moderator: Seller, functions: Functions
) -> None:
    listing = seller.posted(car())
    place = item(moderator, listing)
    assert (place["status"], place["flags"], place["version"]) == ("pending", [], 1)
    assert actions(moderator, listing) == ["submit"]
    assert anonymous(functions, f"{LISTINGS}/{listing}").status == 200


@pytest.mark.parametrize(
    ("words", "flag", "priority"),
    [
        ("Звоните 0700 123-456", "phone_in_text", "normal"),
        ("Смотрите https://example.org", "foreign_link", "normal"),
        ("Нужна предоплата на карту", "prepayment", "high"),
    ],
)
def test_what_breaks_a_rule_waits_and_the_reason_is_kept(
    words: str, flag: str, priority: str, seller: Seller, moderator: Seller
) -> None:
    data = seller.post(car(description=words)).body["data"]
    assert data["status"] == "pending_review"
    assert data["moderation"]["status"] == "pending"
    assert anonymous(seller.functions, f"{LISTINGS}/{data['id']}").status == 404
    place = item(moderator, data["id"])
    assert (place["flags"], place["priority"]) == ([flag], priority)
    assert actions(moderator, data["id"]) == ["submit", "auto_flag"]
    assert place["events"][-1]["details"]["rules"][0]["code"] == flag


def test_some_words_are_refused_at_once_with_the_reason(seller: Seller, database: Database) -> None:
    word = new_word("запрет")
    with database.connect() as connection:
        connection.execute(
            "insert into moderation_rules (code, kind, expression, effect, reason)"
            " values (%s, 'word', %s, 'refuse', %s)",
            [f"r_{uuid4().hex[:8]}", word, "Запрещённый товар"],
        )
        connection.execute(
            "insert into moderation_rules (code, kind, expression, reason) values (%s, 'pattern', '([', 'Опечатка')",
            [f"r_{uuid4().hex[:8]}"],
        )
    answer = seller.post(car(description=f"Продаю {word.upper()}!"))
    assert (answer.status, answer.code) == (422, "listing_refused")
    assert answer.body["details"] == [{"field": "description", "message": "Запрещённый товар"}]
    assert seller.post(car(description=f"{word}ный")).status == 201
    assert rows(database, "select count(*) from listings where seller_user_id = %s", seller.id) == [(1,)]


def test_an_approved_listing_is_shown(seller: Seller, moderator: Seller, functions: Functions) -> None:
    listing = seller.posted(car(description="Звоните 0700 123-456"))
    assert act(moderator, listing, "take").body["data"]["status"] == "in_review"
    assert act(moderator, listing, "approve").body["data"]["status"] == "approved"
    read = anonymous(functions, f"{LISTINGS}/{listing}").body
    assert (read["status"], read["moderation_status"]) == ("active", "approved")
    assert actions(moderator, listing) == ["submit", "auto_flag", "assign", "approve"]


def test_a_rejected_listing_is_hidden_and_its_seller_sees_why(
    seller: Seller, moderator: Seller, functions: Functions
) -> None:
    listing = seller.posted(car())
    assert anonymous(functions, LISTINGS, query={"seller": seller.id}).body["data"]["listings"]
    assert act(moderator, listing, "reject").code == "validation_failed"
    assert act(moderator, listing, "reject", reason="Чужое видео").status == 200
    assert anonymous(functions, f"{LISTINGS}/{listing}").status == 404
    assert anonymous(functions, LISTINGS, query={"seller": seller.id}).body["data"]["listings"] == []
    own = seller.read(listing).body
    assert (own["status"], own["moderation"]["reason"]) == ("rejected", "Чужое видео")


def test_a_corrected_listing_is_submitted_again_and_waits(seller: Seller, moderator: Seller) -> None:
    listing = seller.posted(car())
    act(moderator, listing, "reject", reason="Чужое видео")
    answer = seller.call("PUT", f"{LISTINGS}/{listing}", {"title": "Toyota Camry 2018, моё видео"})
    assert answer.body["data"]["status"] == "pending_review"
    place = item(moderator, listing)
    assert (place["status"], place["version"], place["reason"]) == ("pending", 2, None)
    assert actions(moderator, listing) == ["submit", "reject", "submit"]


def test_resubmitting_does_not_pass_by_the_months_limit(
    functions: Functions, database: Database, moderator: Seller
) -> None:
    seller = new_seller(functions, database, free_limit=1)
    listing = seller.posted(car())
    act(moderator, listing, "reject", reason="Чужое видео")
    seller.posted(car())
    answer = seller.call("PUT", f"{LISTINGS}/{listing}", {"title": "Ещё раз"})
    assert answer.code == "listing_limit_reached"


def test_a_changed_text_is_queued_once_and_stays_visible(
    seller: Seller, moderator: Seller, functions: Functions
) -> None:
    listing = seller.posted(car())
    act(moderator, listing, "approve")
    change = {"title": "Toyota Camry 2018, торг", "details": {"color": "белый"}}
    data = seller.call("PUT", f"{LISTINGS}/{listing}", change).body["data"]
    assert (data["status"], data["moderation_status"]) == ("active", "pending")
    assert actions(moderator, listing) == ["submit", "approve", "submit"]
    assert item(moderator, listing)["version"] == 2
    seller.call("PUT", f"{LISTINGS}/{listing}", {"price": 5})
    assert item(moderator, listing)["version"] == 2
    flagged = seller.call("PUT", f"{LISTINGS}/{listing}", {"description": "t.me/someone"}).body["data"]
    assert flagged["status"] == "pending_review"
    assert anonymous(functions, f"{LISTINGS}/{listing}").status == 404
    assert actions(moderator, listing) == ["submit", "approve", "submit", "submit", "auto_flag"]


def test_a_decision_about_an_older_text_is_recognised(seller: Seller, moderator: Seller) -> None:
    listing = seller.posted(car())
    seller.call("PUT", f"{LISTINGS}/{listing}", {"title": "Другое"})
    assert (act(moderator, listing, "approve").status, act(moderator, listing, "approve").code) == (
        409,
        "moderation_outdated",
    )
    assert act(moderator, listing, "approve", version=2).status == 200
    assert act(moderator, listing, "reject", version=2, reason="Нет, нельзя").code == "moderation_decided"


def test_what_one_has_taken_others_leave_alone(
    seller: Seller, moderator: Seller, admin: Seller, functions: Functions, database: Database
) -> None:
    colleague = new_seller(functions, database, role="moderator")
    listing = seller.posted(car())
    act(moderator, listing, "take")
    assert act(colleague, listing, "approve").code == "moderation_taken"
    act(moderator, listing, "release")
    assert act(colleague, listing, "escalate", reason="Не уверен").status == 200
    assert act(moderator, listing, "approve").code == "forbidden"
    assert act(admin, listing, "approve").status == 200
    assert actions(moderator, listing) == ["submit", "assign", "release", "escalate", "approve"]


def test_the_urgent_come_first_and_pages_lose_nothing(
    seller: Seller, moderator: Seller, functions: Functions, database: Database
) -> None:
    ids = [seller.posted(car()) for _ in range(5)]
    ids.append(seller.posted(car(description="предоплата на карту")))
    found: list[str] = []
    cursor = None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        data = moderator.call("GET", f"{MODERATION}/queue", query=query).body["data"]
        found += [place["listing_id"] for place in data["items"]]
        cursor = data["next_cursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found))
    assert [listing for listing in found if listing in ids] == [ids[5], *ids[:5]]
    act(moderator, ids[2], "take")
    mine = moderator.call("GET", f"{MODERATION}/queue", query={"mine": "true", "status": "in_review"}).body["data"]
    assert [place["listing_id"] for place in mine["items"]] == [ids[2]]


def test_reports_raise_the_priority_once_per_person_and_hide_nothing(
    seller: Seller, moderator: Seller, functions: Functions, database: Database
) -> None:
    listing = seller.posted(car())
    act(moderator, listing, "approve")
    reporters = [new_seller(functions, database) for _ in range(3)]
    for expected, reporter in zip(("high", "high", "urgent"), reporters, strict=True):
        for _ in range(2):
            body = {"reason": "fraud", "comment": "Просит деньги"}
            assert reporter.call("POST", f"{LISTINGS}/{listing}/report", body).status == 200
        assert item(moderator, listing)["priority"] == expected
    place = item(moderator, listing)
    assert (place["status"], place["reports_count"], len(place["reports"])) == ("pending", 3, 3)
    assert anonymous(functions, f"{LISTINGS}/{listing}").status == 200
    assert seller.call("POST", f"{LISTINGS}/{listing}/report", {"reason": "spam"}).status == 403
    act(moderator, listing, "approve")
    states = rows(database, "select distinct status from reports where target_id = %s", listing)
    assert states == [("dismissed",)]


def test_only_moderators_see_the_queue(seller: Seller, functions: Functions) -> None:
    listing = seller.posted(car())
    assert seller.call("GET", f"{MODERATION}/queue").status == 403
    assert seller.call("GET", f"{MODERATION}/listings/{listing}").status == 403
    assert act(seller, listing, "approve").status == 403
    assert functions.get("moderation", f"{MODERATION}/queue").status == 401
