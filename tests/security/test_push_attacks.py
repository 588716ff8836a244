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
