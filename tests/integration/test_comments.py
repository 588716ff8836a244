"""Comments as the app reads and writes them through PostgREST."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows

SELECT = "select=*,user:users!user_id(id,name,avatar_url)"
DELETED = "[Комментарий удалён]"


@pytest.fixture
def seller(database: Database) -> str:
    """Return the seller of the listing."""
    return new_user_id(database, name="Бакыт")


@pytest.fixture
def listing(database: Database, seller: str) -> str:
    """Insert an active listing."""
    return new_listing(database, seller)


def body(user: RestUser, listing: str, text: str = "Торг уместен?", parent: str | None = None) -> dict[str, Any]:
    """Return the request body of the app."""
    return {"listing_id": listing, "user_id": user.id, "parent_id": parent, "text": text}


def said(user: RestUser, listing: str, text: str = "Торг уместен?", parent: str | None = None) -> dict[str, Any]:
    """Post a comment and return it."""
    sent = body(user, listing, text, parent)
    answer = user.send("POST", f"/comments?{SELECT}", sent, Prefer="return=representation")
    assert answer.status_code == 201, answer.text
    [comment] = answer.json()
    return dict(comment)


def listed(reader: RestUser, listing: str, more: str = "&parent_id=is.null") -> Any:
    """Return a page as the app reads it."""
    path = f"/comments?{SELECT}&listing_id=eq.{listing}&is_deleted=is.false{more}&order=created_at.desc"
    return reader.rows(f"{path}&offset=0&limit=20")


def counted(database: Database, listing: str) -> int:
    """Return the exact number of comments of a listing."""
    [(number,)] = rows(
        database, "select coalesce(sum(comments_count), 0) from listing_counters where listing_id = %s", listing
    )
    return int(number)


def test_a_comment_is_read_by_guests_with_its_author(rest: Rest, listing: str, database: Database) -> None:
    author = rest.user()
    comment = said(author, listing, "  Торг <b>уместен</b>? ")
    answer = said(author, listing, "Да", parent=comment["id"])

    assert (comment["text"], comment["user"]["name"]) == ("Торг уместен ?", "Айбек")
    [shown] = listed(rest.anybody, listing)
    assert (shown["id"], shown["user"]["id"], shown["replies_count"]) == (comment["id"], author.id, 1)
    assert [row["id"] for row in listed(rest.anybody, listing, f"&parent_id=eq.{comment['id']}")] == [answer["id"]]
    assert counted(database, listing) == 2


def test_the_seller_and_the_answered_author_are_notified(
    rest: Rest, listing: str, seller: str, database: Database
) -> None:
    first, second = rest.user(), rest.user()
    comment = said(first, listing)
    said(second, listing, "Да", parent=comment["id"])

    query = "select message from notifications where user_id = %s order by created_at"
    assert rows(database, query, seller) == [("Торг уместен?",), ("Да",)]
    assert rows(database, query, first.id) == [("Да",)]
    path = "/notifications?select=*,from_user:users!from_user_id(id,name,avatar_url)"
    assert first.rows(path)[0]["from_user"]["id"] == second.id


def test_a_comment_is_edited_and_deleted_by_its_author_alone(rest: Rest, listing: str, database: Database) -> None:
    author, stranger = rest.user(), rest.user()
    comment = said(author, listing)
    own = f"/comments?id=eq.{comment['id']}&user_id=eq.{author.id}"

    assert stranger.send("PATCH", f"/comments?id=eq.{comment['id']}", {"text": "Чужое"}).status_code == 204
    [edited] = author.send("PATCH", f"{own}&{SELECT}", {"text": "Цена?"}, Prefer="return=representation").json()
    assert (edited["text"], edited["is_edited"]) == ("Цена?", True)
    assert author.send("PATCH", own, {"is_deleted": True, "text": "что угодно"}).status_code == 204
    assert rows(database, "select text, is_deleted from comments where id = %s", comment["id"]) == [(DELETED, True)]
    assert author.send("PATCH", own, {"is_deleted": False, "text": "Снова"}).status_code == 403
    assert (listed(rest.anybody, listing), counted(database, listing)) == ([], 0)


@pytest.mark.parametrize("state", ["draft", "sold", "archived"])
def test_nobody_comments_what_is_not_on_show(state: str, rest: Rest, listing: str, database: Database) -> None:
    change = {"draft": "", "archived": "", "sold": ", sold_at = now(), delete_at = now() + interval '1 day'"}[state]
    rows(database, f"update listings set status = '{state}'{change} where id = %s returning id", listing)
    user = rest.user()
    assert user.send("POST", "/comments", body(user, listing)).status_code == 403


def test_who_is_blocked_by_the_seller_or_the_author_does_not_write_to_them(
    rest: Rest, listing: str, seller: str, database: Database
) -> None:
    author, by_seller, by_author = rest.user(), rest.user(), rest.user()
    comment = said(author, listing)
    block = "insert into chat_blocks (blocker_id, blocked_id) values (%s, %s) returning id"
    rows(database, block, seller, by_seller.id)
    rows(database, block, author.id, by_author.id)

    assert by_seller.send("POST", "/comments", body(by_seller, listing)).status_code == 403
    answering = body(by_author, listing, parent=comment["id"])
    assert by_author.send("POST", "/comments", answering).status_code == 403
    said(by_author, listing)


def test_an_answer_stands_below_the_same_listing(rest: Rest, listing: str, seller: str, database: Database) -> None:
    user = rest.user()
    elsewhere = said(user, new_listing(database, seller))
    assert user.send("POST", "/comments", body(user, listing, parent=elsewhere["id"])).status_code == 403


def test_nobody_comments_in_the_name_of_another(rest: Rest, listing: str) -> None:
    user = rest.user()
    assert user.send("POST", "/comments", {**body(user, listing), "user_id": rest.user().id}).status_code == 403
    assert rest.anybody.send("POST", "/comments", body(user, listing)).status_code == 401
    for name, value in (("likes_count", 9), ("is_hidden", False), ("created_at", "2020-01-01T00:00:00Z")):
        assert user.send("POST", "/comments", {**body(user, listing), name: value}).status_code == 403


def test_a_phone_or_a_link_waits_for_a_moderator(rest: Rest, listing: str, seller: str, database: Database) -> None:
    user = rest.user()
    comment = said(user, listing, "Звоните 0555 12 34 56")
    later = said(user, listing, "Звоните")
    assert user.send("PATCH", f"/comments?id=eq.{later['id']}", {"text": "пишите t.me/prodam"}).status_code == 204

    assert listed(rest.anybody, listing) == []
    assert {row["id"] for row in listed(user, listing)} == {comment["id"], later["id"]}
    assert counted(database, listing) == 0
    assert rows(database, "select message from notifications where user_id = %s", seller) == [("Звоните",)]


def test_forbidden_words_are_refused_with_the_reason(rest: Rest, listing: str, database: Database) -> None:
    rule = """insert into moderation_rules (code, kind, expression, effect, reason)
              values ('comment_test', 'word', 'сыртхлам', 'refuse', 'Оскорбление') returning id"""
    [(identity,)] = rows(database, rule)
    user = rest.user()
    try:
        answer = user.send("POST", "/comments", body(user, listing, "сыртхлам"))
    finally:
        rows(database, "delete from moderation_rules where id = %s returning id", identity)
    assert (answer.status_code, answer.json()["details"]) == (422, "Оскорбление")


def test_likes_and_emoji_are_counted_once_each(rest: Rest, listing: str, database: Database) -> None:
    author = rest.user()
    comment = said(author, listing)["id"]
    fans = [rest.user() for _ in range(6)]

    def like(fan: RestUser) -> list[int]:
        mark = {"comment_id": comment, "user_id": fan.id}
        return [fan.send("POST", "/comment_likes", mark).status_code for _ in range(2)]

    with ThreadPoolExecutor(6) as pool:
        assert [sorted(statuses) for statuses in pool.map(like, fans)] == [[201, 409]] * 6
    gone = fans[0].send("DELETE", f"/comment_likes?comment_id=eq.{comment}&user_id=eq.{fans[0].id}")
    assert gone.status_code == 204
    assert rows(database, "select likes_count from comments where id = %s", comment) == [(5,)]
    emoji = {"comment_id": comment, "user_id": author.id, "emoji": "👍🏽"}
    assert [author.send("POST", "/comment_reactions", emoji).status_code for _ in range(2)] == [201, 409]
    assert author.send("POST", "/comment_reactions", {**emoji, "emoji": "<b>"}).status_code == 400
    assert rest.anybody.rows(f"/comment_reactions?select=emoji,user_id&comment_id=eq.{comment}") == [
        {"emoji": "👍🏽", "user_id": author.id}
    ]


@pytest.mark.parametrize(
    "emoji",
    [
        "👍🔥", "１", "０５５５", "①", "❶", "🅰", "🇫🇺🇨🇰", "🇰", "\u202e👍", "👍\u202e", "\u200d", "👍\u200d", "\u0301",
        "＜", "1\ufe0f\u20e3", "👍\U000e0041", "=-", "卍",
    ],
)  # fmt: skip
def test_a_reaction_is_one_emoji_and_no_text_past_the_rules(emoji: str, rest: Rest, listing: str) -> None:
    author = rest.user()
    sent = {"comment_id": said(author, listing)["id"], "user_id": author.id, "emoji": emoji}
    assert author.send("POST", "/comment_reactions", sent).status_code == 400


@pytest.mark.parametrize("emoji", ["❤️", "❤", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇰🇬", "☝🏿", "🫶🏻", "💯", "⭐"])
def test_emoji_of_several_characters_are_reactions(emoji: str, rest: Rest, listing: str) -> None:
    author = rest.user()
    sent = {"comment_id": said(author, listing)["id"], "user_id": author.id, "emoji": emoji}
    assert author.send("POST", "/comment_reactions", sent).status_code == 201


def test_comments_of_a_hidden_listing_are_hidden_with_their_emoji(rest: Rest, listing: str, database: Database) -> None:
    author = rest.user()
    comment = said(author, listing)["id"]
    emoji = {"comment_id": comment, "user_id": author.id, "emoji": "👍"}
    assert author.send("POST", "/comment_reactions", emoji).status_code == 201
    rows(database, "update listings set is_hidden = true where id = %s returning id", listing)
    assert listed(rest.anybody, listing) == []
    assert rest.anybody.rows(f"/comment_reactions?comment_id=eq.{comment}") == []
