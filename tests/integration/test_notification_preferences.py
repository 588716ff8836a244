"""Preferences: switches, quiet hours in the user's zone, and changes between writing and sending."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.pushes import PushWorld, say
from tests.support.rest import Rest
from tests.support.rows import rows
from tests.support.threads import new_thread

ALL_DAY = {"quiet_from": "00:00", "quiet_to": "23:59"}


def change(database: Database, user: str, **changes: Any) -> Any:
    return rows(database, "select notification_preferences_write(%s, %s)", user, Jsonb(changes))[0][0]


def quiet_until(database: Database, at: str, start: str | None, end: str | None, zone: str | None) -> str | None:
    """Return the end of the quiet hours in UTC, without its date's year."""
    [(until,)] = rows(database, "select private.quiet_until(%s, %s, %s, %s)", at, start, end, zone)
    assert until is None or isinstance(until, datetime)
    return None if until is None else rows(database, "select to_char(%s at time zone 'UTC', 'DD HH24:MI')", until)[0][0]


@pytest.mark.parametrize(
    ("at", "hours", "zone", "until"),
    [
        ("2026-03-10 15:59Z", ("22:00", "08:00"), None, None),
        ("2026-03-10 16:00Z", ("22:00", "08:00"), None, "11 02:00"),
        ("2026-03-10 18:30Z", ("22:00", "08:00"), None, "11 02:00"),
        ("2026-03-11 01:59Z", ("22:00", "08:00"), None, "11 02:00"),
        ("2026-03-11 02:00Z", ("22:00", "08:00"), None, None),
        ("2026-03-10 08:00Z", ("13:00", "15:00"), "Asia/Bishkek", "10 09:00"),
        ("2026-03-10 20:30Z", ("22:00", "08:00"), "Europe/Berlin", None),
        ("2026-03-10 21:30Z", ("22:00", "08:00"), "Europe/Berlin", "11 07:00"),
        # The night in which Berlin's clocks jump: eight o'clock comes an hour earlier.
        ("2026-03-28 23:30Z", ("22:00", "08:00"), "Europe/Berlin", "29 06:00"),
        ("2026-03-10 16:30Z", ("22:00", "08:00"), "Lost/Zone", "11 02:00"),
        ("2026-03-10 16:30Z", (None, None), None, None),
        ("2026-03-10 16:30Z", ("22:00", "22:00"), None, None),
    ],
)
def test_quiet_hours_end_in_the_users_own_morning(
    database: Database, at: str, hours: tuple[str | None, str | None], zone: str | None, until: str | None
) -> None:
    assert quiet_until(database, at, *hours, zone) == until


def test_a_push_waits_for_the_morning_and_leaves_when_the_hours_are_taken_back(push_world: PushWorld) -> None:
    phone = push_world.phone()
    change(push_world.database, phone.user, **ALL_DAY)
    push_world.notify(phone.user)
    push_world.send()
    assert push_world.states(phone.user) == [("queued", "")]
    spread = rows(
        push_world.database,
        """select not_before - private.quiet_until(now(), '00:00', '23:59', null) between '0' and '30 minutes'
           from pushes""",
    )
    assert spread == [(True,)]
    push_world.send()
    assert push_world.received(phone.token) == []
    change(push_world.database, phone.user, quiet_from=None, quiet_to=None)
    push_world.send()
    assert len(push_world.received(phone.token)) == 1


def test_a_user_who_travels_is_judged_by_the_new_zone(push_world: PushWorld) -> None:
    phone = push_world.phone()
    [(start, end)] = rows(
        push_world.database,
        """select to_char(now() at time zone 'Asia/Bishkek' - interval '1 hour', 'HH24:MI'),
             to_char(now() at time zone 'Asia/Bishkek' + interval '1 hour', 'HH24:MI')""",
    )
    change(push_world.database, phone.user, quiet_from=start, quiet_to=end)
    push_world.notify(phone.user)
    push_world.send()
    assert push_world.received(phone.token) == []
    change(push_world.database, phone.user, time_zone="America/New_York")
    push_world.send()
    assert len(push_world.received(phone.token)) == 1


def test_chat_goes_on_in_quiet_hours_without_a_sound_and_money_with_one(push_world: PushWorld) -> None:
    writer, phone = push_world.user(), push_world.phone()
    change(push_world.database, phone.user, **ALL_DAY)
    thread = new_thread(push_world.database, writer, phone.user)
    say(push_world, writer, thread, "Здравствуйте")
    push_world.notify(phone.user, "payment_completed", tier="basic")
    push_world.send()
    assert {message["data"]["type"]: "sound" in message for message in push_world.received(phone.token)} == {
        "chat_message": False,
        "payment_completed": True,
    }


@pytest.mark.parametrize(
    "changes",
    [{"is_enabled": False}, {"types": [{"type": "moderation_approved", "channel": "push", "is_on": False}]}],
    ids=["master switch", "one type"],
)
@pytest.mark.parametrize("when", ["before", "after it was queued"])
def test_what_is_switched_off_is_not_sent_and_stays_in_the_app(
    push_world: PushWorld, changes: dict[str, Any], when: str
) -> None:
    phone = push_world.phone()
    if when == "before":
        change(push_world.database, phone.user, **changes)
    push_world.notify(phone.user)
    if when != "before":
        change(push_world.database, phone.user, **changes)
    push_world.send()
    assert push_world.received(phone.token) == []
    assert push_world.states(phone.user) == ([] if when == "before" else [("suppressed", "unwanted")])
    assert rows(push_world.database, "select notifications_unread(%s)", phone.user) == [(1,)]


def test_what_is_switched_off_in_the_app_is_neither_listed_nor_counted_and_told_once_all_the_same(
    push_world: PushWorld, rest: Rest
) -> None:
    phone = push_world.phone()
    change(push_world.database, phone.user, types=[{"type": "price_drop", "channel": "in_app", "is_on": False}])
    for _ in range(2):
        push_world.notify(phone.user, "price_drop", about="price:1", percent=9)
    assert rows(push_world.database, "select notifications_unread(%s)", phone.user) == [(0,)]
    assert rest.user(phone.user).rows("/notifications?select=id") == []
    assert len(rows(push_world.database, "select 1 from pushes where user_id = %s", phone.user)) == 1


def test_an_sms_about_money_follows_its_switch(push_world: PushWorld) -> None:
    user = push_world.user()
    push_world.notify(user, "payment_refunded", amount_tyiyn=100)
    push_world.notify(user, "payment_completed", tier="basic")
    change(push_world.database, user, types=[{"type": "payment_refunded", "channel": "sms", "is_on": False}])
    # Other tests leave messages that are older.
    [(claimed,)] = rows(
        push_world.database, "select billing_sms_claim(array['payment_refunded', 'payment_completed'], 100000)"
    )
    mine = rows(push_world.database, "select phone from accounts where id = %s", user)[0][0]
    assert [message["text"][:6] for message in claimed["messages"] if message["phone"] == mine] == ["Оплата"]


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Moon/Crater"},
        {"types": [{"type": "nothing", "channel": "push", "is_on": True}]},
        {"types": [{"type": "video_ready", "channel": "email", "is_on": True}]},
    ],
)
def test_switches_of_nothing_are_refused_and_change_nothing(database: Database, changes: dict[str, Any]) -> None:
    user = new_user_id(database)
    answer = change(database, user, **changes)
    assert (answer["reason"], answer["field"]) == ("validation_failed", next(iter(changes)))
    assert rows(database, "select 1 from notification_settings where user_id = %s", user) == []


def test_users_read_their_own_preferences_and_nobody_elses(database: Database, rest: Rest) -> None:
    mine, other = rest.user(), rest.user()
    change(database, mine.id, types=[{"type": "comment", "channel": "push", "is_on": False}])
    for table in ("notification_settings", "notification_preferences"):
        assert len(mine.rows(f"/{table}")) == 1
        assert other.rows(f"/{table}") == []
        assert mine.send("PATCH", f"/{table}?user_id=eq.{mine.id}", {"updated_at": "now"}).status_code == 403
