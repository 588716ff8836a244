"""Attacks on pushes: phones that leave at the wrong moment, strangers' tokens, and a service that answers nonsense."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import psycopg
import pytest

from auto360.providers.transport.connections import new_client
from tests.support.concurrency import at_once, run_in_parallel
from tests.support.market import new_listing
from tests.support.pushes import Handset, PushWorld, new_token, say
from tests.support.rows import rows
from tests.support.sql_calls import calling
from tests.support.threads import new_thread


def leaving(world: PushWorld, phone: Handset) -> psycopg.Connection[Any]:
    """Begin to remove a phone, as a logout does, and keep the transaction open."""
    connection = psycopg.connect(world.database.dsn)
    connection.execute("select private.remove_devices(array[%s]::uuid[])", (phone.id,))
    return connection


@pytest.mark.parametrize("event", ["payment", "message", "next message"])
def test_an_event_happens_while_the_phone_of_its_user_is_being_removed(push_world: PushWorld, event: str) -> None:
    writer, reader = push_world.user(), push_world.user()
    thread = new_thread(push_world.database, writer, reader)
    if event == "next message":
        say(push_world, writer, thread, "Здравствуйте")
        rows(push_world.database, "delete from pushes returning 1")
    phone = push_world.phone(reader)
    other = push_world.phone(reader)
    happen = {
        "payment": lambda: push_world.notify(reader, "payment_completed", amount_tyiyn=100, tier="basic"),
        "message": lambda: say(push_world, writer, thread, "Ещё продаёте?"),
        "next message": lambda: say(push_world, writer, thread, "Ещё продаёте?"),
    }[event]
    with leaving(push_world, phone) as connection:
        found: list[object] = []
        running = threading.Thread(target=lambda: found.extend(run_in_parallel(1, happen)))
        running.start()
        running.join(0.7)
        connection.commit()
        running.join()
    assert [error for error in found if isinstance(error, Exception)] == []
    queued = rows(push_world.database, "select device_id::text from pushes where user_id = %s", reader)
    assert queued == [(other.id,)]


class SlowToAnswer(httpx.BaseTransport):
    """Connection to a service that accepts at once and answers late."""

    def __init__(self, behind: httpx.BaseTransport) -> None:
        self._behind = behind

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._behind.handle_request(request)
        time.sleep(2.5)
        return answer


def test_a_phone_that_leaves_during_the_first_request_of_a_batch_gets_nothing_of_the_second(
    push_world: PushWorld,
) -> None:
    push_world.http = new_client(timeout=5.0, around=SlowToAnswer)
    first = push_world.phone(project="@360auto/app")
    second = push_world.phone(token=new_token("other-project"), project="@other/app")
    for phone in (first, second):
        push_world.notify(phone.user)
    sending = threading.Thread(target=push_world.send)
    sending.start()
    until = time.monotonic() + 20
    while not push_world.received(first.token) and time.monotonic() < until:
        time.sleep(0.01)
    at_once(
        push_world.database,
        [calling("session_end", p_user_id=second.user, p_session_id=second.session, p_everywhere=False)],
    )
    sending.join()
    assert (len(push_world.received(first.token)), push_world.received(second.token)) == (1, [])


def strangers_phone(world: PushWorld, user: str | None = None) -> Handset:
    """Register the token of somebody's own Expo project, which has no credentials."""
    return world.phone(user, token=new_token("other-project-no-credentials"))


def circuits(world: PushWorld) -> list[tuple[str]]:
    return rows(world.database, "select provider from push_circuits")


def test_the_token_of_a_strangers_own_app_stops_nobody_elses_pushes(push_world: PushWorld) -> None:
    stranger, others = strangers_phone(push_world), [push_world.phone() for _ in range(2)]
    for phone in (stranger, *others):
        push_world.notify(phone.user)
    push_world.send()
    assert push_world.ask_receipts()["credentials"] == 1
    for phone in (stranger, *others):
        push_world.notify(phone.user)
    assert (circuits(push_world), push_world.send()["claimed"]) == ([], 2)
    assert [len(push_world.received(phone.token)) for phone in others] == [2, 2]


def test_a_stranger_who_stops_the_queue_in_a_quiet_hour_does_not_keep_it_stopped(push_world: PushWorld) -> None:
    stranger = strangers_phone(push_world)
    push_world.notify_often(stranger.user, "payment_in_review", 8)
    push_world.send()
    push_world.ask_receipts()
    assert circuits(push_world) == [("expo",)]
    other = push_world.phone()
    push_world.notify(other.user)
    rows(push_world.database, "update push_circuits set open_until = now() returning 1")
    push_world.send()
    assert len(push_world.received(other.token)) == 1, "those that were refused try last"
    push_world.ask_receipts()
    push_world.notify(other.user)
    assert (circuits(push_world), len(push_world.received(other.token))) == ([], 1)
    push_world.send()
    assert len(push_world.received(other.token)) == 2


def test_receipts_from_before_the_credentials_were_refused_do_not_open_the_queue(push_world: PushWorld) -> None:
    before, after = push_world.phone(), push_world.phone()
    push_world.notify(before.user)
    push_world.send()
    earlier = "update pushes set accepted_at = now() - interval '16 minutes' where state = 'accepted' returning 1"
    rows(push_world.database, earlier)
    push_world.expo.turn({"mode": "unauthorized"})
    push_world.notify(after.user)
    push_world.send()
    push_world.expo.turn({"mode": "ok"})
    assert push_world.ask_receipts()["forwarded"] == 1
    assert circuits(push_world) == [("expo",)]


def test_a_fan_out_that_fails_steps_aside_and_holds_up_no_push(push_world: PushWorld) -> None:
    phone, seller = push_world.phone(), push_world.user()
    broken = """insert into notification_fanouts (type, listing_id, "values", created_at)
      values ('price_drop', %s, '{"new_price": "x"}', '2020-01-01') returning id::text"""
    [(fanout,)] = rows(push_world.database, broken, new_listing(push_world.database, seller))
    push_world.notify(phone.user)
    push_world.send()
    assert len(push_world.received(phone.token)) == 1
    assert rows(push_world.database, "select notification_fanout_step(10)") == [(False,)], "it waits"
    for _ in range(4):
        rows(
            push_world.database, "update notification_fanouts set not_before = now() where id = %s returning 1", fanout
        )
        push_world.send()
    told = "select state, tries, last_error from notification_fanouts where id = %s"
    [(state, tries, error)] = rows(push_world.database, told, fanout)
    assert (state, tries, error[:5]) == ("failed", 5, "22P02")
    measured = dict(rows(push_world.database, "select metric, value from private.push_metrics()"))
    assert measured["push_refused"] >= 1
    rows(push_world.database, "delete from notification_fanouts where id = %s returning 1", fanout)


@pytest.mark.parametrize("texts", [["ru", "ky", None], ["ru", "ky", "x" * 201], ["ru", "", "en"]])
def test_a_campaign_whose_text_no_notification_could_hold_is_no_campaign(
    push_world: PushWorld, texts: list[str | None]
) -> None:
    query = (
        "insert into push_campaigns (title, message, max_recipients) values (%s, array['a', 'b', 'c'], 1) returning 1"
    )
    with pytest.raises(psycopg.errors.CheckViolation):
        rows(push_world.database, query, texts)


def test_the_other_name_of_a_token_is_the_same_phone(push_world: PushWorld) -> None:
    former = push_world.phone()
    push_world.notify(former.user, listing="Чужое")
    later = push_world.phone(token=former.token.replace("ExponentPushToken", "ExpoPushToken"))
    again = push_world.phone(later.user, token=former.token)
    push_world.notify(later.user, listing="Своё")
    push_world.send()
    assert rows(push_world.database, "select id::text from push_devices where user_id = %s", later.user) == [
        (again.id,)
    ]
    assert push_world.states(former.user) == [("suppressed", "device_gone")]
    assert [message["body"] for message in push_world.received(former.token)] == ["«Своё» прошло проверку."]


@pytest.mark.parametrize(
    "number",
    ["+996 (555) 12-34-56", "0555.12.34.56", "0555\u00a0123\u00a0456", "0 555 12\u201334\u201356"],
    ids=["brackets", "dots", "blanks", "dashes"],
)
def test_no_phone_number_stands_on_a_locked_screen_not_even_in_a_name(push_world: PushWorld, number: str) -> None:
    writer, reader = push_world.user(name="Азамат"), push_world.phone()
    rows(
        push_world.database,
        "update public_profiles set name = %s where id = %s returning 1",
        f"Азамат {number}",
        writer,
    )
    thread = new_thread(push_world.database, writer, reader.user)
    say(push_world, writer, thread, f"Звоните: {number}, цена 1 200 000, в 18:30")
    push_world.send()
    [shown] = push_world.received(reader.token)
    assert (shown["title"], shown["body"]) == ("Азамат •••", "Звоните: •••, цена 1 200 000, в 18:30")
