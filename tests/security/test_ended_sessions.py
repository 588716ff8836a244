"""Copied access token after logout, and the token of a blocked user: neither changes anything, by any way in."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.support.callers import Caller
from tests.support.sellers import car
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

Attempt = Callable[[Caller], httpx.Response]


def listing_of_somebody(stack: RunningStack) -> str:
    query = """with seller as (insert into accounts (phone) values (%s) returning id)
        insert into listings (seller_user_id, category, title, price, status, moderation_status)
        select id, 'car', 'Toyota Camry 2018', 1200000, 'active', 'approved' from seller returning id::text"""
    return str(stack.rows(query, Caller(stack).phone)[0][0])


THROUGH_THE_API: dict[str, Attempt] = {
    "posting": lambda thief: thief.api("POST", "/api/listings", {**car(), "video_url": None}),
    "starting an upload": lambda thief: thief.api("POST", "/api/video/create", {"title": "Camry"}),
    "opening a chat": lambda thief: thief.api(
        "POST", "/api/chat/threads", {"listing_id": listing_of_somebody(thief.stack)}
    ),
    "liking": lambda thief: thief.api("POST", f"/api/listings/{listing_of_somebody(thief.stack)}/like"),
    "reporting": lambda thief: thief.api(
        "POST", f"/api/listings/{listing_of_somebody(thief.stack)}/report", {"reason": "spam"}
    ),
    "paying": lambda thief: thief.api("POST", "/api/payments", {"tier": "basic", "bank": "odengi"}),
    "founding a business": lambda thief: thief.api("POST", "/api/business", {"name": "Авто Бишкек"}),
    "accepting terms": lambda thief: thief.api("POST", "/api/consents/accept", {}),
}
PAST_THE_API: dict[str, Attempt] = {
    "renaming": lambda thief: thief.rest("PATCH", f"/users?id=eq.{thief.id}", {"name": "Другой"}),
    "drafting": lambda thief: thief.rest(
        "POST", "/listings", {"seller_user_id": thief.id, "category": "car", "title": "Camry", "price": 1}
    ),
    "liking": lambda thief: thief.rest(
        "POST", "/listing_likes", {"user_id": thief.id, "listing_id": listing_of_somebody(thief.stack)}
    ),
}
READING: dict[str, Attempt] = {
    "my listings": lambda thief: thief.api("GET", "/api/listings/mine"),
    "my conversations": lambda thief: thief.api("GET", "/api/chat/threads"),
    "a phone in a listing": lambda thief: thief.api("GET", f"/api/listings/{listing_of_somebody(thief.stack)}"),
    "my row": lambda thief: thief.rest("GET", "/users?select=phone"),
}
ALL_WAYS = THROUGH_THE_API | PAST_THE_API | READING


def logged_out(victim: Caller) -> None:
    assert victim.api("POST", "/api/auth/logout").json()["data"]["ended"] == 1


def blocked(victim: Caller) -> None:
    victim.stack.rows("update accounts set is_blocked = true, blocked_at = now() where id = %s", victim.id)


def counts(victim: Caller) -> tuple[object, ...]:
    """Return counts of everything that the attempts would change."""
    tables = ("listing_likes", "reports", "chat_threads", "payments", "user_consents", "upload_tickets")
    columns = {"reports": "reporter_id", "chat_threads": "buyer_id"}
    written = [
        victim.stack.rows(f"select count(*) from {table} where {columns.get(table, 'user_id')} = %s", victim.id)[0][0]
        for table in tables
    ]
    mine = "select count(*) from listings where seller_user_id = %s"
    name = "select name from accounts where id = %s"
    return (*written, victim.stack.rows(mine, victim.id), victim.stack.rows(name, victim.id))


@pytest.mark.parametrize("end", [logged_out, blocked])
def test_a_copied_token_does_nothing_once_its_session_has_ended(
    stack: RunningStack, end: Callable[[Caller], None]
) -> None:
    victim = Caller(stack).log_in()
    assert victim.rest("PATCH", f"/users?id=eq.{victim.id}", {"name": "Айбек"}).status_code == 204
    assert victim.api("GET", "/api/listings/mine").status_code == 200
    before = counts(victim)

    end(victim)

    answers = {way: attempt(victim).status_code for way, attempt in ALL_WAYS.items()}
    assert set(answers.values()) <= {401, 403}, answers
    assert counts(victim) == before


def test_a_blocked_user_is_told_so_and_stays_out_after_the_blocking_is_undone(stack: RunningStack) -> None:
    user = Caller(stack).log_in()
    blocked(user)
    assert user.api("POST", "/api/video/create", {"title": "Camry"}).json()["code"] == "account_blocked"
    assert user.api("GET", "/api/auth/me").status_code == 401
    user.stack.rows("update accounts set is_blocked = false where id = %s", user.id)
    assert user.api("POST", "/api/video/create", {"title": "Camry"}).status_code == 401


def test_the_feed_refuses_an_ended_session_and_serves_the_same_caller_without_the_token(stack: RunningStack) -> None:
    user = Caller(stack).log_in()
    logged_out(user)
    assert user.api("GET", f"/api/listings/{listing_of_somebody(stack)}").status_code == 401
    user.token = ""
    assert user.api("GET", f"/api/listings/{listing_of_somebody(stack)}").status_code == 200


def test_the_header_that_names_a_session_lends_nobody_any_rights(stack: RunningStack) -> None:
    victim, stranger = Caller(stack).log_in(), Caller(stack).log_in()
    [(session,)] = stack.rows("select id::text from auth_sessions where user_id = %s", victim.id)
    logged_out(stranger)
    answer = stranger.rest("GET", "/users?select=phone", **{"X-Session-Id": session})
    assert answer.status_code == 401
    stranger.token = ""
    shown = stranger.rest("GET", "/users?select=phone", **{"X-Session-Id": session})
    assert {row["phone"] for row in shown.json()} == {None}
