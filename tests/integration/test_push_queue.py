"""Outbox of pushes: from a notification to its outcome, by the rules of its type."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.pushes import PushWorld, new_token, say
from tests.support.rows import rows
from tests.support.threads import new_thread


@pytest.fixture
def talk(push_world: PushWorld) -> tuple[str, str, str]:
    """Return writer, reader and thread of a conversation."""
    writer, reader = push_world.user(name="Азамат"), push_world.user()
    return writer, reader, new_thread(push_world.database, writer, reader)


def test_a_notification_becomes_one_push_per_phone_with_the_number_of_unread(push_world: PushWorld) -> None:
    one = push_world.phone()
    other = push_world.phone(one.user, token=new_token("android"))
    push_world.notify(one.user, "video_ready")
    push_world.notify(one.user)
    push_world.send()
    for phone in (one, other):
        [shown] = push_world.received(phone.token)
        assert (shown["title"], shown["body"], shown["badge"]) == (
            "Объявление одобрено",
            "«Toyota Camry» прошло проверку.",
            2,
        )
        assert shown["channelId"] == "moderation"
    assert push_world.states(one.user) == [("accepted", ""), ("accepted", "")]
    assert push_world.ask_receipts()["forwarded"] == 2
    assert push_world.states(one.user) == [("forwarded", ""), ("forwarded", "")]


def test_the_same_event_again_adds_no_push(push_world: PushWorld) -> None:
    phone = push_world.phone()
    for _ in range(3):
        push_world.notify(phone.user, about="moderation:a:b")
        push_world.send()
    assert len(push_world.received(phone.token)) == 1


def test_a_channel_that_the_app_has_not_created_is_not_named(push_world: PushWorld) -> None:
    phone = push_world.phone(token=new_token("android"), channels=[])
    push_world.notify(phone.user)
    push_world.send()
    [shown] = push_world.received(phone.token)
    assert "channelId" not in shown


def test_money_is_not_shown_on_a_locked_screen(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, "payment_refunded", amount_tyiyn=95_000)
    push_world.send()
    [shown] = push_world.received(phone.token)
    assert (shown["title"], shown["body"]) == ("Деньги возвращены", "Подробности в приложении.")
    [(message,)] = rows(push_world.database, "select message from notifications where user_id = %s", phone.user)
    assert "950" in message


def test_messages_of_a_conversation_are_held_and_become_one_push(
    push_world: PushWorld, talk: tuple[str, str, str]
) -> None:
    writer, reader, thread = talk
    phone = push_world.phone(reader)
    say(push_world, writer, thread, "Здравствуйте", "Ещё продаёте?")
    assert push_world.sender().run()["claimed"] == 0
    push_world.send()
    [shown] = push_world.received(phone.token)
    assert (shown["title"], shown["body"], shown["collapseId"]) == ("Азамат", "Ещё продаёте?", f"chat:{thread}")
    say(push_world, writer, thread, "Перезвоните +996 700 12-34-56")
    push_world.send()
    assert len(push_world.received(phone.token)) == 1, "one push per conversation and minute"
    rows(
        push_world.database,
        "update pushes set claimed_at = claimed_at - interval '1 minute' where user_id = %s returning 1",
        reader,
    )
    rows(push_world.database, "update pushes set is_deferred = false where user_id = %s returning 1", reader)
    push_world.send()
    assert [message["body"] for message in push_world.received(phone.token)] == ["Ещё продаёте?", "Перезвоните •••"]
    assert len([screen for screen in push_world.expo.inbox() if screen["token"] == phone.token]) == 1


@pytest.mark.parametrize("way", ["chat_mark_read", "directly", "notification"])
def test_what_is_read_while_it_is_held_makes_no_push(
    push_world: PushWorld, talk: tuple[str, str, str], way: str
) -> None:
    writer, reader, thread = talk
    phone = push_world.phone(reader)
    say(push_world, writer, thread, "Здравствуйте")
    if way == "chat_mark_read":
        rows(push_world.database, "select chat_mark_read(%s, %s)", reader, thread)
    elif way == "directly":
        rows(push_world.database, "update chat_messages set is_read = true where thread_id = %s returning 1", thread)
        assert rows(push_world.database, "select notifications_unread(%s)", reader) == [(0,)]
    else:
        rows(push_world.database, "select notifications_mark_read(%s, null)", reader)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(reader)) == ([], [("suppressed", "read")])


def test_a_price_and_words_that_a_reader_hides_are_veiled(push_world: PushWorld, talk: tuple[str, str, str]) -> None:
    writer, reader, thread = talk
    phone = push_world.phone(reader)
    rows(
        push_world.database,
        "insert into chat_messages (thread_id, sender_id, message_type, offer_amount) "
        "values (%s, %s, 'offer', 950000) returning 1",
        thread, writer,
    )  # fmt: skip
    push_world.send()
    rows(
        push_world.database,
        "update notification_settings set shows_text = false where user_id = %s returning 1",
        reader,
    )
    other = new_thread(push_world.database, writer, reader)
    say(push_world, writer, other, "Личное")
    push_world.send()
    assert [message["body"] for message in push_world.received(phone.token)] == ["Новое сообщение", "Новое сообщение"]


def test_a_blocked_sender_reaches_nobody(push_world: PushWorld, talk: tuple[str, str, str]) -> None:
    writer, reader, thread = talk
    phone = push_world.phone(reader)
    say(push_world, writer, thread, "Здравствуйте")
    rows(push_world.database, "select chat_block(%s, %s)", reader, writer)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(reader)) == ([], [("suppressed", "blocked")])


@pytest.mark.parametrize("mode", ["gateway_timeout", "torn", "http_500"])
def test_an_unknown_outcome_is_final_for_a_conversation(
    push_world: PushWorld, talk: tuple[str, str, str], mode: str
) -> None:
    writer, reader, thread = talk
    phone = push_world.phone(reader)
    say(push_world, writer, thread, "Здравствуйте")
    push_world.expo.turn({"mode": mode, **({mode: 100} if mode != "http_500" else {})})
    push_world.send()
    push_world.expo.turn({"mode": "ok"})
    push_world.send(rounds=3)
    assert [state for state, _ in push_world.states(reader)] == ["unknown"]
    assert len(push_world.received(phone.token)) == (0 if mode == "http_500" else 1)


def test_money_is_sent_once_more_after_an_unknown_outcome_and_replaces_itself(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, "payment_completed", tier="basic")
    push_world.expo.turn({"mode": "gateway_timeout", "gateway_timeout": 100})
    push_world.send()
    assert push_world.states(phone.user) == [("queued", "http_504")]
    push_world.send(rounds=4)
    assert push_world.states(phone.user) == [("unknown", "http_504")]
    first, second = push_world.received(phone.token)
    assert first["collapseId"] == second["tag"]
    [shown] = [screen for screen in push_world.expo.inbox() if screen["token"] == phone.token]
    assert shown["times"] == 2


def test_a_certain_refusal_does_not_count_against_the_two_sends(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, "payment_completed", tier="basic")
    push_world.expo.turn({"mode": "throttled", "throttled": 100})
    for _ in range(4):
        push_world.send()
    push_world.expo.turn({"mode": "ok"})
    push_world.send()
    assert push_world.states(phone.user) == [("accepted", "")]
    assert len(push_world.received(phone.token)) == 1


@pytest.mark.parametrize(
    ("code", "state", "times"), [("moderation_approved", "accepted", 1), ("video_failed", "unknown", 0)]
)
def test_what_a_killed_sender_held_is_settled_by_its_type(
    push_world: PushWorld, code: str, state: str, times: int
) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, code)
    rows(push_world.database, "update pushes set not_before = now() returning 1")
    rows(push_world.database, "select pushes_claim(100, 60)")
    push_world.send()
    assert push_world.states(phone.user) == [("claimed", "")], "its lease protects it"
    rows(
        push_world.database,
        "update pushes set lease_until = now() - interval '1 second' where state = 'claimed' returning 1",
    )
    push_world.send(rounds=2)
    assert (push_world.states(phone.user)[0][0], len(push_world.received(phone.token))) == (state, times)


def test_a_dead_token_takes_its_phone_along_and_other_pushes_with_it(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    push_world.expo.turn({"uninstall": phone.token})
    push_world.send()
    push_world.notify(phone.user)
    assert push_world.ask_receipts()["dead"] == 1
    assert push_world.states(phone.user) == [("dead", "DeviceNotRegistered"), ("suppressed", "device_gone")]
    assert rows(push_world.database, "select 1 from push_devices where id = %s", phone.id) == []


def test_a_token_that_registered_again_after_the_push_is_alive(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    push_world.expo.turn({"uninstall": phone.token})
    push_world.send()
    push_world.register(phone)
    push_world.ask_receipts()
    assert rows(push_world.database, "select 1 from push_devices where id = %s", phone.id) == [(1,)]


def test_refused_credentials_stop_the_queue_and_one_forwarded_push_opens_it(push_world: PushWorld) -> None:
    phones = [push_world.phone() for _ in range(8)]
    push_world.expo.turn({"mode": "unauthorized"})
    for phone in phones:
        push_world.notify(phone.user)
    push_world.send()
    requests = push_world.expo.requests["send"]
    push_world.send(rounds=3)
    assert push_world.expo.requests["send"] == requests, "nothing is sent meanwhile"
    assert rows(
        push_world.database,
        "select metric, subject, value from private.push_metrics() where metric = 'push_credentials'",
    ) == [("push_credentials", "expo", 1)]
    push_world.expo.turn({"mode": "ok"})
    rows(push_world.database, "update push_circuits set open_until = now() returning 1")
    assert push_world.send()["claimed"] == 5, "a few try first"
    push_world.send()
    assert push_world.ask_receipts()["forwarded"] == 5
    push_world.send()
    assert all(len(push_world.received(phone.token)) == 1 for phone in phones)


def test_while_the_circuit_is_open_nothing_is_claimed(push_world: PushWorld) -> None:
    phone = push_world.phone()
    circuit = "insert into push_circuits (provider, open_until, reason) values ('expo', now() + interval '1 hour', 'x')"
    rows(push_world.database, f"{circuit} returning 1")
    push_world.notify(phone.user)
    assert push_world.send()["claimed"] == 0
    assert push_world.states(phone.user) == [("queued", "")]
    rows(push_world.database, "delete from push_circuits returning 1")
    assert push_world.send()["claimed"] == 1


def test_a_phone_that_got_too_many_waits_longer_each_time(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    push_world.expo.turn({"mode": "device_rate", "device_rate": 100})
    waits: list[int] = []
    for _ in range(3):
        push_world.send()
        push_world.ask_receipts()
        query = "select round(extract(epoch from backoff_until - now()) / 60)::integer from push_devices where id = %s"
        waits += rows(push_world.database, query, phone.id)[0]
        assert push_world.send()["claimed"] == 0
        rows(push_world.database, "update push_devices set backoff_until = now() where id = %s returning 1", phone.id)
        rows(push_world.database, "update pushes set is_deferred = false where user_id = %s returning 1", phone.user)
    assert waits == [1, 5, 30]


def test_a_receipt_that_never_comes_makes_the_outcome_unknown_after_three_queries(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, "payment_completed", tier="basic")
    push_world.send()
    push_world.expo.turn({"mode": "lost_receipts", "lost_receipts": 100})
    for _ in range(4):
        push_world.ask_receipts()
    assert push_world.expo.requests["getReceipts"] == 3
    assert push_world.states(phone.user) == [("unknown", "no_receipt")]
    push_world.send(rounds=2)
    assert len(push_world.received(phone.token)) == 1


def test_what_is_too_old_is_not_sent(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    rows(push_world.database, "update pushes set expires_at = now() where user_id = %s returning 1", phone.user)
    push_world.send()
    assert push_world.states(phone.user) == [("expired", "")]


def test_the_pressing_ones_go_first(push_world: PushWorld) -> None:
    phone = push_world.phone()
    for code in ("listing_expiring", "moderation_approved", "payment_completed"):
        push_world.notify(phone.user, code, tier="basic")
    rows(push_world.database, "update pushes set not_before = now() returning 1")
    types = []
    for _ in range(3):
        [(claimed,)] = rows(push_world.database, "select pushes_claim(1, 60)")
        types += [message["type"] for message in claimed["messages"]]
    assert types == ["payment_completed", "moderation_approved", "listing_expiring"]


def test_parallel_senders_never_claim_the_same_push(push_world: PushWorld) -> None:
    phones = [push_world.phone() for _ in range(12)]
    for phone in phones:
        push_world.notify(phone.user, "payment_completed", tier="basic")
    rows(push_world.database, "update pushes set not_before = now() returning 1")
    claims = at_once(
        push_world.database,
        [lambda connection: connection.execute("select pushes_claim(4, 60)").fetchone()[0]] * 8,  # type: ignore[index]
    )
    taken = Counter(message["id"] for claim in claims for message in claim["messages"])
    assert set(taken.values()) == {1}


def test_a_late_answer_corrects_what_the_lease_had_given_up(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, "video_failed")
    rows(push_world.database, "update pushes set not_before = now() returning 1")
    [(claimed,)] = rows(push_world.database, "select pushes_claim(100, 60)")
    rows(push_world.database, "update pushes set lease_until = now() returning 1")
    push_world.send()
    assert push_world.states(phone.user) == [("unknown", "lease_ended")]
    push_id = claimed["messages"][0]["id"]
    result = f'[{{"id": "{push_id}", "outcome": "accepted", "provider_ref": "t-1", "code": ""}}]'
    stale = rows(push_world.database, "select pushes_record(%s, %s::jsonb)", str(uuid4()), result)
    assert stale == [(0,)], "another batch says nothing about it"
    rows(push_world.database, "select pushes_record(%s, %s::jsonb)", claimed["claim"], result)
    assert push_world.states(phone.user) == [("accepted", "")]


def test_a_user_without_a_phone_has_nothing_queued(push_world: PushWorld, database: Database) -> None:
    user = new_user_id(database)
    push_world.notify(user)
    assert push_world.states(user) == []
