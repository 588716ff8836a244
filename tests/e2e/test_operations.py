"""Operations on the running stack: a provider dies, requests fail, the simulated phone and mailbox are told once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.operations import ALERT_EMAIL, ALERT_PHONE
from tests.support.people import REQUEST_CODE, new_address, new_phone
from tests.support.stack import RunningStack
from tests.support.stack_requests import all_at_once, database, post

pytestmark = pytest.mark.xdist_group("stack")

TITLE = "Ошибки запросов"


def run(stack: RunningStack, function: str) -> dict[str, Any]:
    """Return a tick of a timer, as the console's button sends it."""
    done: dict[str, Any] = stack.local(f"timers/{function}/0", "POST")
    assert done["ok"], done
    result: dict[str, Any] = done["result"]
    return result


def let_time_pass(stack: RunningStack, seconds: int) -> None:
    with database(stack) as connection:
        connection.execute(
            """update alerts set beyond_since = beyond_since - %(age)s * interval '1 second',
               within_since = within_since - %(age)s * interval '1 second'""",
            {"age": seconds},
        )


def told(stack: RunningStack) -> tuple[list[str], list[str]]:
    """Return messages of phone and mailbox about errors, oldest first."""
    by_phone = [sms["text"] for sms in stack.inbox(ALERT_PHONE) if TITLE in sms["text"]]
    by_mail = [
        mail["subject"]
        for mail in stack.local("inboxes/mailbox")
        if mail["to"] == ALERT_EMAIL and mail["subject"].startswith("[critical]") and TITLE in mail["subject"]
    ]
    return by_phone[::-1], by_mail[::-1]


@pytest.fixture
def sensitive(stack: RunningStack) -> Iterator[None]:
    """Other tests' good requests of the last minutes count as well, so one failure in two hundred is enough here."""
    with database(stack) as connection:
        before = connection.execute("select threshold, code from alert_rules where metric = 'error_rate'").fetchall()
        connection.execute("update alert_rules set threshold = 0.5 where metric = 'error_rate'")
        yield
        for row in before:
            connection.execute("update alert_rules set threshold = %s where code = %s", row)


@pytest.mark.usefixtures("sensitive")
def test_dead_sms_providers_ring_once_and_are_told_to_be_over_once(stack: RunningStack) -> None:
    run(stack, "monitor")
    stack.turn("nikita", "status", status=5)
    stack.turn("smsc", "error", error_code=6)
    people = [(new_address(), {"phone": new_phone()}) for _ in range(60)]
    answers = all_at_once(stack, REQUEST_CODE, people)
    assert {status for status, _ in answers} == {503}
    stack.turn("nikita", "ok")
    stack.turn("smsc", "ok")
    run(stack, "monitor")
    let_time_pass(stack, 600)
    assert run(stack, "monitor")["opened"] >= 2
    for _ in range(2):
        run(stack, "monitor")
    by_phone, by_mail = told(stack)
    assert len(by_phone) == len(by_mail) == 1
    assert by_phone[0].startswith(f"360Auto! {TITLE}: ")

    stack.local("providers/yandex_monitoring", "PUT", {"mode": "ok", "codes": {"200": 100}, "bins": {"50": 100}})
    run(stack, "monitor")
    let_time_pass(stack, 120)
    assert run(stack, "monitor")["closed"] >= 2
    run(stack, "monitor")
    by_phone, by_mail = told(stack)
    assert [text.startswith("360Auto: в норме.") for text in by_phone] == [False, True]
    assert len(by_mail) == 2
    stack.local("providers/yandex_monitoring", "PUT", {"mode": "ok", "codes": {}, "bins": {}})


def test_reports_that_providers_push_reach_the_messages(stack: RunningStack) -> None:
    phone = new_phone()
    assert post(stack, REQUEST_CODE, {"phone": phone}).status_code == 200
    state = "select state from sms_messages where phone = %s"
    with database(stack) as connection:
        for _ in range(600):
            [(found,)] = connection.execute(state, (phone,)).fetchall()
            if found == "delivered":
                break
            connection.execute("select pg_sleep(0.1)")
    assert found == "delivered"


@pytest.mark.parametrize("function", ["sms_poller", "cleanup", "daily_metrics"])
def test_every_timer_of_operations_runs(stack: RunningStack, function: str) -> None:
    assert isinstance(run(stack, function), dict)
