"""Comments over the API, and the moderators' list of hidden ones."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.market import new_listing, new_user_id
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, anonymous, new_seller

MODERATION = "/api/moderation/comments"


@pytest.fixture
def author(functions: Functions, database: Database) -> Seller:
    """Somebody who comments."""
    return new_seller(functions, database)


@pytest.fixture
def moderator(functions: Functions, database: Database) -> Seller:
    """Return a moderator."""
    return new_seller(functions, database, role="moderator")


@pytest.fixture
def listing(database: Database) -> str:
    """Insert an active listing of another user."""
    return new_listing(database, new_user_id(database))


def add(author: Seller, listing: str, text: str = "Торг?", **more: Any) -> Answer:
    """Comment."""
    return author.call("POST", f"{LISTINGS}/{listing}/comments", {"text": text, **more})


def test_comments_and_replies_are_read_page_by_page(functions: Functions, author: Seller, listing: str) -> None:
    ids = [add(author, listing, f"Вопрос {number}").body["data"]["id"] for number in range(3)]
    reply = add(author, listing, "Ответ", parent_id=ids[0])
    assert (reply.status, reply.body["data"]["user"]["id"]) == (201, author.id)

    first = anonymous(functions, f"{LISTINGS}/{listing}/comments", query={"limit": "2"}).body["data"]
    rest = {"limit": "2", "cursor": first["next_cursor"]}
    second = anonymous(functions, f"{LISTINGS}/{listing}/comments", query=rest).body["data"]
    replies = anonymous(functions, f"{LISTINGS}/{listing}/comments", query={"parent_id": ids[0]}).body["data"]

    assert [row["id"] for row in first["comments"] + second["comments"]] == ids[::-1]
    assert second["next_cursor"] is None
    assert [row["id"] for row in replies["comments"]] == [reply.body["data"]["id"]]
    assert anonymous(functions, f"{LISTINGS}/{listing}").body["comments_count"] == 4


def test_a_comment_is_removed_by_its_author_alone(
    functions: Functions, author: Seller, moderator: Seller, listing: str
) -> None:
    comment = f"{LISTINGS}/{listing}/comments/{add(author, listing).body['data']['id']}"
    assert moderator.call("DELETE", comment).status == 404
    assert [author.call("DELETE", comment).status for _ in range(2)] == [200, 200]
    assert anonymous(functions, f"{LISTINGS}/{listing}/comments").body["data"]["comments"] == []


def test_where_one_may_not_comment_the_api_says_why(author: Seller, listing: str, database: Database) -> None:
    draft = new_listing(database, new_user_id(database), status="draft")
    assert (add(author, draft).code, add(author, str(uuid4())).code) == ("not_found", "not_found")
    assert add(author, listing, parent_id=str(uuid4())).code == "forbidden"
    assert add(author, listing, " ").code == "validation_failed"
    rule = """insert into moderation_rules (code, kind, expression, effect, reason)
              values ('comment_api_test', 'word', 'сыртхлам', 'refuse', 'Оскорбление') returning id"""
    [(identity,)] = rows(database, rule)
    refused = add(author, listing, "сыртхлам")
    rows(database, "delete from moderation_rules where id = %s returning id", identity)
    assert (refused.status, refused.code, refused.body["details"][0]["message"]) == (422, "text_refused", "Оскорбление")


def test_ten_comments_a_minute_are_the_limit_of_both_ways(author: Seller, listing: str) -> None:
    statuses = [add(author, listing, f"Вопрос {number}").status for number in range(11)]
    assert statuses == [201] * 10 + [429]


def test_a_moderator_shows_or_removes_what_was_hidden(
    functions: Functions, author: Seller, moderator: Seller, listing: str, database: Database
) -> None:
    good, bad = (add(author, listing, f"Звоните 0555 12 34 {end}").body["data"] for end in ("56", "57"))
    assert (good["is_hidden"], bad["is_hidden"]) == (True, True)
    assert anonymous(functions, f"{LISTINGS}/{listing}/comments").body["data"]["comments"] == []
    query = """insert into reports (reporter_id, target_type, target_id, reason)
               values (%s, 'comment', %s, 'spam') returning 1"""
    rows(database, query, new_user_id(database), bad["id"])

    waiting = {row["id"] for row in moderator.call("GET", MODERATION).body["data"]["comments"]}
    assert {good["id"], bad["id"]} <= waiting
    assert author.call("GET", MODERATION).status == 403
    assert author.call("POST", f"{MODERATION}/{good['id']}", {"is_shown": True}).status == 403
    assert moderator.call("POST", f"{MODERATION}/{good['id']}", {"is_shown": True}).status == 200
    assert moderator.call("POST", f"{MODERATION}/{bad['id']}", {"is_shown": False}).status == 200

    shown = anonymous(functions, f"{LISTINGS}/{listing}/comments").body["data"]["comments"]
    assert [row["id"] for row in shown] == [good["id"]]
    assert rows(database, "select status from reports where target_id = %s", bad["id"]) == [("upheld",)]
    assert rows(database, "select count(*) from audit_log where subject_id = %s", bad["id"]) == [(1,)]
    assert moderator.call("POST", f"{MODERATION}/{bad['id']}", {"is_shown": True}).status == 404
