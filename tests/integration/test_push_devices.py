"""Phones that are pushed to: whose they are, and that nothing reaches somebody who has left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from auto360.providers.push import PushMessage, PushOutcome, PushProvider, always
from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.pushes import Handset, PushWorld, new_token
from tests.support.rest import Rest
from tests.support.rows import rows
from tests.support.sql_calls import calling

_MANY = 150


class Hesitating:
    """Provider that holds each claimed message for a moment before it sends it."""

    batch, receipt_batch = 2, 300

    def __init__(self, behind: PushProvider) -> None:
        self._behind = behind

    def send(self, messages: Sequence[PushMessage], *, is_fresh: Callable[[], bool] = always) -> Sequence[PushOutcome]:
        time.sleep(0.25)
        return self._behind.send(messages, is_fresh=is_fresh)

    def receipts(self, provider_refs: Sequence[str]) -> Any:
        return self._behind.receipts(provider_refs)


def log_out(world: PushWorld, phone: Handset) -> None:
    at_once(
        world.database, [calling("session_end", p_user_id=phone.user, p_session_id=phone.session, p_everywhere=False)]
    )


def log_out_everywhere(world: PushWorld, phone: Handset) -> None:
    at_once(
        world.database, [calling("session_end", p_user_id=phone.user, p_session_id=phone.session, p_everywhere=True)]
    )


def block(world: PushWorld, phone: Handset) -> None:
    rows(world.database, "update accounts set is_blocked = true where id = %s returning 1", phone.user)


def revoke(world: PushWorld, phone: Handset) -> None:
    rows(world.database, "select private.end_session(%s, 'token_reuse')", phone.session)


def hand_on(world: PushWorld, phone: Handset) -> None:
    world.phone(token=phone.token)


def unregister(world: PushWorld, phone: Handset) -> None:
    at_once(world.database, [calling("device_remove", p_user_id=phone.user, p_session_id=phone.session)])


LEAVING = [log_out, log_out_everywhere, block, revoke, hand_on, unregister]


@pytest.mark.parametrize("leave", LEAVING)
def test_nothing_is_sent_to_a_phone_whose_user_has_left_while_it_was_being_sent(
    push_world: PushWorld, leave: Callable[[PushWorld, Handset], None]
) -> None:
    phone = push_world.phone()
    push_world.notify_often(phone.user, "moderation_approved", _MANY)
    sender = push_world.sender(push_run_seconds=3.0)
    running = threading.Thread(target=replace(sender, provider=Hesitating(sender.provider)).run)
    running.start()
    until = time.monotonic() + 20
    while not push_world.received(phone.token) and time.monotonic() < until:
        time.sleep(0.01)
    leave(push_world, phone)
    arrived = len(push_world.received(phone.token))
    running.join()
    assert 0 < arrived < _MANY
    assert len(push_world.received(phone.token)) == arrived
    assert {state for state, _ in push_world.states(phone.user)} == {"accepted", "suppressed"}


def test_what_waited_for_the_former_user_is_not_shown_to_the_next_one(push_world: PushWorld) -> None:
    former = push_world.phone()
    push_world.notify(former.user, listing="Чужое")
    later = push_world.phone(token=former.token)
    push_world.notify(later.user, listing="Своё")
    push_world.send()
    assert [message["body"] for message in push_world.received(former.token)] == ["«Своё» прошло проверку."]
    assert push_world.states(former.user) == [("suppressed", "device_gone")]


def test_a_registration_and_a_logout_at_the_same_moment_leave_no_phone_behind(push_world: PushWorld) -> None:
    for _ in range(8):
        phone = push_world.phone()
        acts = [lambda: push_world.register(phone), lambda: log_out(push_world, phone)]  # noqa: B023 - within the round
        threads = [threading.Thread(target=act) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert rows(push_world.database, "select 1 from push_devices where user_id = %s", phone.user) == []


def test_of_many_users_who_register_one_phone_at_once_one_has_it(push_world: PushWorld) -> None:
    token = new_token()
    handsets = [replace(push_world.phone(), token=token) for _ in range(6)]
    threads = [threading.Thread(target=push_world.register, args=(handset,)) for handset in handsets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(push_world.database, "select 1 from push_devices where token = %s", token)) == 1


def test_a_user_has_ten_phones_and_the_oldest_goes(push_world: PushWorld) -> None:
    first = push_world.phone()
    others = [push_world.phone(first.user) for _ in range(10)]
    kept = {
        token for (token,) in rows(push_world.database, "select token from push_devices where user_id = %s", first.user)
    }
    assert kept == {phone.token for phone in others}


def test_an_ended_or_foreign_session_registers_nothing(push_world: PushWorld) -> None:
    phone, other = push_world.phone(), push_world.phone()
    assert push_world.register(replace(phone, session=other.session)) == {"reason": "authentication_required"}
    log_out(push_world, phone)
    assert push_world.register(phone) == {"reason": "authentication_required"}
    block(push_world, other)
    assert push_world.register(other) == {"reason": "account_blocked"}


def test_an_expired_session_gets_no_push(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    rows(push_world.database, "update auth_sessions set expires_at = now() where id = %s returning 1", phone.session)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(phone.user)) == ([], [("suppressed", "device_gone")])


@pytest.mark.parametrize(
    "token", ["", "x", "ExponentPushToken[a]", "ExponentPushToken[" + "я" * 20 + "]", "FcmToken[0123456789]"]
)
def test_what_is_no_token_is_refused_before_the_log_could_show_it(push_world: PushWorld, token: str) -> None:
    phone = push_world.phone()
    answer = push_world.register(replace(phone, token=token))
    assert answer == {"reason": "validation_failed", "field": "token"}


def test_a_token_that_the_app_writes_into_its_row_registers_the_phone_and_is_not_readable(
    push_world: PushWorld, rest: Rest, database: Database
) -> None:
    former = push_world.phone()
    user = rest.user()
    answer = user.send(
        "PATCH", f"/users?id=eq.{user.id}&select=*", {"expo_push_token": former.token}, Prefer="return=representation"
    )
    assert (answer.status_code, answer.json()[0]["expo_push_token"]) == (200, None)
    assert rows(database, "select user_id::text from push_devices where token = %s", former.token) == [(user.id,)]
    refused = user.send("PATCH", f"/users?id=eq.{user.id}", {"expo_push_token": "ExponentPushToken[a]"})
    assert (refused.status_code, "ExponentPushToken" in refused.text) == (400, False)
    assert user.send("GET", "/push_devices?select=token").status_code == 403
