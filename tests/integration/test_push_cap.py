"""At most three notifications a day reach a user's phones, chats and money apart; the others stay in the app."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.concurrency import at_once
from tests.support.pushes import PushWorld
from tests.support.rows import rows
from tests.support.sql_calls import calling


def notify(world: PushWorld, user: str, count: int, code: str = "moderation_approved") -> list[str]:
    """Write notifications, the oldest first."""
    return [world.notify(user, code) for _ in range(count)]


def shown(world: PushWorld, token: str) -> list[str]:
    """Return the notifications that reached a phone."""
    return [message["data"]["n"] for message in world.received(token)]


def day_later(world: PushWorld, user: str) -> None:
    """Let a day pass for what was sent."""
    query = "update pushes set claimed_at = claimed_at - interval '1 day' where user_id = %s returning 1"
    rows(world.database, query, user)


def test_the_fourth_of_a_day_stays_in_the_app(push_world: PushWorld) -> None:
    phone = push_world.phone()
    ids = notify(push_world, phone.user, 5)
    push_world.send(2)
    assert shown(push_world, phone.token) == ids[:3]
    assert Counter(push_world.states(phone.user)) == {("accepted", ""): 3, ("suppressed", "capped"): 2}
    assert rows(push_world.database, "select notifications_unread(%s)", phone.user) == [(5,)]
    later = notify(push_world, phone.user, 1)
    push_world.send()
    assert shown(push_world, phone.token) == ids[:3]
    day_later(push_world, phone.user)
    tomorrow = notify(push_world, phone.user, 1)
    push_world.send()
    assert shown(push_world, phone.token) == [*ids[:3], *tomorrow]
    assert later[0] not in shown(push_world, phone.token)


def test_two_phones_show_the_same_three(push_world: PushWorld) -> None:
    first = push_world.phone()
    second = push_world.phone(first.user)
    ids = notify(push_world, first.user, 4)
    push_world.send(2)
    assert shown(push_world, first.token) == shown(push_world, second.token) == ids[:3]


@pytest.mark.parametrize("code", ["payment_completed", "subscription_grace"])
def test_money_is_neither_capped_nor_counted(push_world: PushWorld, code: str) -> None:
    phone = push_world.phone()
    paid = notify(push_world, phone.user, 5, code)
    others = notify(push_world, phone.user, 4)
    more = notify(push_world, phone.user, 2, code)
    push_world.send(2)
    assert set(shown(push_world, phone.token)) == {*paid, *others[:3], *more}


def test_the_more_pressing_take_the_places(push_world: PushWorld) -> None:
    phone = push_world.phone()
    notify(push_world, phone.user, 3, "video_failed")
    pressing = notify(push_world, phone.user, 3, "moderation_rejected")
    push_world.send()
    assert set(shown(push_world, phone.token)) == set(pressing)


def test_parallel_claims_give_out_three(push_world: PushWorld) -> None:
    phone = push_world.phone()
    notify(push_world, phone.user, 12)
    rows(push_world.database, "update pushes set not_before = now() where user_id = %s returning 1", phone.user)
    claim = calling("pushes_claim", p_limit=1, p_lease_seconds=60)
    claimed: list[dict[str, Any]] = []
    for _ in range(3):
        claimed += at_once(push_world.database, [claim] * 12)
    assert sum(len(answer["messages"]) for answer in claimed) == 3


@pytest.mark.parametrize(("outcome", "counts"), [("later", False), ("dead", False), ("unknown", True)])
def test_only_what_may_have_reached_a_phone_counts(push_world: PushWorld, outcome: str, *, counts: bool) -> None:
    phone = push_world.phone()
    push_world.phone(phone.user)
    notify(push_world, phone.user, 3, "video_failed")
    rows(push_world.database, "update pushes set not_before = now() where user_id = %s returning 1", phone.user)
    [(claimed,)] = rows(push_world.database, "select pushes_claim(100, 60)")
    results = [{"id": row["id"], "outcome": outcome, "code": "x", "seconds": 600} for row in claimed["messages"]]
    assert len(results) == 6
    at_once(push_world.database, [calling("pushes_record", p_claim=claimed["claim"], p_results=Jsonb(results))])
    if outcome == "dead":
        push_world.phone(phone.user)
    fourth = push_world.notify(phone.user)
    rows(push_world.database, "update pushes set not_before = now() where notification_id = %s returning 1", fourth)
    [(claimed,)] = rows(push_world.database, "select pushes_claim(100, 60)")
    assert (fourth in {row["notification_id"] for row in claimed["messages"]}) is not counts


def test_a_second_try_of_what_counted_is_no_new_one(push_world: PushWorld) -> None:
    phone = push_world.phone()
    ids = notify(push_world, phone.user, 3)
    push_world.expo.turn({"mode": "http_500"})
    push_world.send()
    push_world.expo.turn({"mode": "ok"})
    push_world.send()
    assert shown(push_world, phone.token) == ids


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", None, "Nowhere/Lost"])
def test_the_day_is_the_users_own(push_world: PushWorld, zone: str | None) -> None:
    phone = push_world.phone()
    rows(
        push_world.database,
        "update notification_settings set time_zone = %s where user_id = %s returning 1",
        zone,
        phone.user,
    )
    notify(push_world, phone.user, 3)
    push_world.send()
    query = "update pushes set claimed_at = date_trunc('day', now(), %s) + %s::interval where user_id = %s returning 1"
    known = zone if zone and not zone.startswith("Nowhere") else "Asia/Bishkek"
    rows(push_world.database, query, known, "0 seconds", phone.user)
    capped = push_world.notify(phone.user)
    push_world.send()
    rows(push_world.database, query, known, "-1 second", phone.user)
    free = push_world.notify(phone.user)
    push_world.send()
    assert [n in shown(push_world, phone.token) for n in (capped, free)] == [False, True]
