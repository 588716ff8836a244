"""Notices about an account on the running stack, each by its cause: mailbox proved, login by mail, bounce, logout."""

from __future__ import annotations

import re
import time

import pytest

from tests.support.people import REQUEST_CODE, VERIFY_CODE, new_address
from tests.support.stack import RunningStack
from tests.support.stack_notifications import (
    ACCOUNT_TITLES,
    ask,
    call,
    new_person,
    push_everything,
    run,
    titles_on,
    told,
    with_a_phone,
)
from tests.support.stack_requests import post

pytestmark = pytest.mark.xdist_group("stack")


def code_of_mail(stack: RunningStack, mailbox: str) -> str:
    """Run the sender and return the code of the newest mail."""
    run(stack, "email_sender")
    for mail in stack.local("inboxes/mailbox"):
        if mail["to"] == mailbox and (found := re.search(r": ([0-9]{4,8})\b", mail["text"])):
            return found[1]
    raise AssertionError("no code")


def prove(stack: RunningStack, token: str, mailbox: str) -> None:
    call(stack, "PUT", "/account/email", token, {"email": mailbox})
    code = code_of_mail(stack, mailbox)
    call(stack, "POST", "/account/email/confirm", token, {"code": code})
    assert ask(stack, "POST", "/account/email/confirm", token, {"code": code}).status_code == 400, "used once"


def log_in_by_mail(stack: RunningStack, phone: str, mailbox: str) -> None:
    """Log in with a code from the mailbox while no provider takes an SMS, from a program not seen before."""
    stack.rows("update accounts set email_verified_at = now() - interval '7 days' where phone = %s", phone)
    address = new_address()
    for provider in ("nikita", "smsc"):
        stack.turn(provider, "dead")
    try:
        assert post(stack, REQUEST_CODE, {"phone": phone}, address=address).status_code == 503
        assert post(stack, REQUEST_CODE, {"phone": phone, "channel": "email"}, address=address).status_code == 200
    finally:
        for provider in ("nikita", "smsc"):
            stack.turn(provider, "ok")
        stack.rows("delete from sms_circuits")
    code = code_of_mail(stack, mailbox)
    answers = [post(stack, VERIFY_CODE, {"phone": phone, "code": code}, address=address) for _ in range(2)]
    # An answer that was lost is given again, for the same session.
    assert [answer.status_code for answer in answers] == [200, 200]


def let_a_mail_bounce(stack: RunningStack, user: str, mailbox: str) -> None:
    """Have a receipt come back, and its report told twice."""
    stack.turn("mailbox", "bounce")
    try:
        stack.rows(
            """select private.enqueue_notification(%s, 'payment_refunded', 'bounce', '{"amount_tyiyn": 100}')""", user
        )
        run(stack, "email_sender")
        until = time.monotonic() + 20
        while "email_stopped" not in told(stack, user) and time.monotonic() < until:
            time.sleep(0.2)
    finally:
        stack.turn("mailbox", "ok")
    assert stack.rows("select 1 from email_stops where address_digest = private.email_digest(%s)", mailbox) == [(1,)]
    stack.rows("select private.stop_email_address(%s, 'bounced')", mailbox)


@pytest.mark.parametrize(("place", "language"), list(enumerate(("ru", "ky", "en"))))
def test_each_notice_about_the_account_is_one_line_and_one_push_in_the_users_language(
    stack: RunningStack, place: int, language: str
) -> None:
    user = new_person(stack, "Айбек", language)
    [(phone,)] = stack.rows("select phone from accounts where id = %s", user)
    token, device = with_a_phone(stack, user)
    mailbox = f"driver@{user[:8]}.example.com"
    prove(stack, token, mailbox)
    log_in_by_mail(stack, phone, mailbox)
    let_a_mail_bounce(stack, user, mailbox)
    push_everything(stack, user)
    assert told(stack, user) == dict.fromkeys((*ACCOUNT_TITLES, "payment_refunded"), 1)
    shown = titles_on(stack, device)
    assert [line for line in shown if line[0] != "payment_refunded"] == sorted(
        (code, titles[place]) for code, titles in ACCOUNT_TITLES.items()
    )
    call(stack, "POST", "/auth/logout", token, {"everywhere": True})
    assert ask(stack, "POST", "/auth/logout", token, {"everywhere": True}).status_code == 401
    push_everything(stack, user)
    assert told(stack, user)["security_logged_out"] == 1
    assert titles_on(stack, device) == shown, "the phone is nobody's any more"
