"""Outbox of e-mails: to whom, how often, in which form, and when not."""

from __future__ import annotations

from collections import Counter
from email.parser import BytesParser
from email.policy import SMTP
from typing import Any

import pytest

from tests.support.concurrency import at_once
from tests.support.emails import EmailUser, EmailWorld, new_email
from tests.support.functions import http_event
from tests.support.rows import rows
from tests.support.sql_calls import calling

RECEIPT = "payment_refunded"


@pytest.fixture
def reader(email_world: EmailWorld) -> EmailUser:
    """Return a user with a proved address, whose mails so far are sent."""
    user = email_world.user()
    user.prove()
    email_world.send()
    return user


def address_of(user: EmailUser) -> str:
    return str(user.state()["email"])


def switch(user: EmailUser, kind: str, *, is_on: bool) -> None:
    body = {"types": [{"type": kind, "channel": "email", "is_on": is_on}]}
    event = http_event("PUT", "/api/notifications/preferences", body, token=user.token)
    assert user.world.functions.raw("notifications", event).status == 200


def test_a_receipt_is_a_mail_in_the_users_language_with_text_and_html(
    email_world: EmailWorld, reader: EmailUser
) -> None:
    rows(email_world.database, "update accounts set language = 'ky' where id = %s returning 1", reader.id)
    reader.notify()
    assert email_world.send()["accepted"] == 1
    message = email_world.message(address_of(reader))
    assert message["Subject"] == "Акча кайтарылды"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    for part in (plain, html):
        assert "950 сом" in part.get_content()
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_receipt_can_be_unsubscribed_in_one_click_as_rfc_8058_wants_it(
    email_world: EmailWorld, reader: EmailUser
) -> None:
    reader.notify()
    email_world.send()
    raw = email_world.received(address_of(reader))[0]["raw"].encode("ascii")
    message = BytesParser(policy=SMTP).parsebytes(raw)
    # Section 3.1: one List-Unsubscribe-Post with exactly this value, one List-Unsubscribe with one HTTPS address.
    assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    [listed] = message.get_all("List-Unsubscribe", [])
    assert (listed[0], listed[-1], listed.count("<")) == ("<", ">", 1)
    path = "/api" + str(listed)[1:-1].removeprefix(email_world.functions.environ["PUBLIC_API_URL"])
    # Section 3.2: a POST with this one field, without cookies, that needs no answer and is not redirected.
    page = email_world.page("POST", path, "List-Unsubscribe=One-Click")
    assert (page.status, page.code) == (200, "ok")
    reader.notify()
    email_world.send()
    assert Counter(kind for kind, _ in reader.mails())[RECEIPT] == 1
    assert email_world.page("POST", path, "List-Unsubscribe=One-Click").status == 200, "idempotent"


def test_a_get_of_the_unsubscribe_link_asks_and_changes_nothing(email_world: EmailWorld, reader: EmailUser) -> None:
    reader.notify()
    email_world.send()
    link = email_world.link(address_of(reader), "unsubscribe")
    assert "<form" in email_world.page("GET", link).body
    reader.notify()
    assert email_world.send()["accepted"] == 1


def test_unsubscribing_stops_what_waits_of_this_type_alone(email_world: EmailWorld, reader: EmailUser) -> None:
    reader.notify()
    email_world.send()
    link = email_world.link(address_of(reader), "unsubscribe")
    reader.notify()
    reader.notify("payment_completed")
    assert email_world.page("POST", link).code == "ok"
    email_world.send()
    assert [state for kind, state in reader.mails() if kind == RECEIPT] == ["accepted", "suppressed"]
    assert ("payment_completed", "accepted") in reader.mails()


def test_the_switch_of_a_type_is_judged_again_when_the_mail_is_due(email_world: EmailWorld, reader: EmailUser) -> None:
    reader.notify()
    switch(reader, RECEIPT, is_on=False)
    email_world.send()
    assert (RECEIPT, "suppressed") in reader.mails()


def test_a_security_notice_goes_out_whatever_is_switched_off(email_world: EmailWorld, reader: EmailUser) -> None:
    event = http_event("PUT", "/api/notifications/preferences", {"is_enabled": False}, token=reader.token)
    assert email_world.functions.raw("notifications", event).status == 200
    reader.notify()
    email_world.functions.post("session", "/api/auth/logout", {"everywhere": True}, token=reader.token)
    email_world.send()
    address = rows(email_world.database, "select email from accounts where id = %s", reader.id)[0][0]
    message = email_world.message(address)
    assert message["Subject"] == "Выход на всех устройствах"
    assert "List-Unsubscribe" not in message
    assert RECEIPT not in dict(reader.mails())


def test_a_login_from_another_program_is_told_and_a_second_one_from_it_is_not(
    email_world: EmailWorld, reader: EmailUser
) -> None:
    query = """insert into auth_sessions (user_id, platform, user_agent, expires_at)
      values (%s, 'ios', 'Auto/2', now() + interval '1 day') returning 1"""
    for _ in range(2):
        rows(email_world.database, query, reader.id)
    email_world.send()
    assert Counter(kind for kind, _ in reader.mails())["security_new_device"] == 1
    assert "iOS" in email_world.received(address_of(reader))[0]["text"]


def test_nothing_goes_to_an_address_that_is_not_proved_but_the_proof_itself(email_world: EmailWorld) -> None:
    user, address = email_world.user(), new_email()
    user.request(address)
    user.notify()
    rows(
        email_world.database,
        "insert into auth_sessions (user_id, platform, expires_at) values (%s, 'ios', now() + interval '1 day') "
        "returning 1",
        user.id,
    )
    email_world.send()
    assert [mail["subject"] for mail in email_world.received(address)] == ["Подтвердите адрес электронной почты"]
    with email_world.database.connect() as connection, pytest.raises(Exception, match="proved address"):
        connection.execute(
            """insert into emails (user_id, kind, type, notification_id, address, priority, is_resent, expires_at)
               select user_id, 'notification', type, id, %s, 1, false, now() + interval '1 day' from notifications
               where user_id = %s""",
            [address, user.id],
        )


def test_a_mail_waits_for_nobody_who_has_changed_the_address_meanwhile(
    email_world: EmailWorld, reader: EmailUser
) -> None:
    old = address_of(reader)
    reader.notify()
    rows(email_world.database, "update accounts set email = %s where id = %s returning 1", new_email(), reader.id)
    email_world.send()
    assert (RECEIPT, "suppressed") in reader.mails()
    assert len(email_world.received(old)) == 2


@pytest.mark.parametrize(
    ("mode", "outcome", "state"),
    [
        ("http_500", "unknown", "queued"),
        ("dead", "unknown", "queued"),
        ("taken_then_504", "unknown", "queued"),
        ("throttled", "later", "queued"),
        ("not_verified", "later", "queued"),
        ("paused", "later", "queued"),
    ],
)
def test_an_outcome_decides_whether_a_receipt_is_sent_again(
    email_world: EmailWorld, reader: EmailUser, mode: str, outcome: str, state: str
) -> None:
    email_world.mailbox.turn({"mode": mode})
    reader.notify()
    assert email_world.functions.handler("email_sender")({}, None)[outcome] == 1
    assert reader.mails()[-1] == (RECEIPT, state)
    email_world.due()
    email_world.functions.handler("email_sender")({}, None)
    # Certainly not sent: it waits until it expires. Perhaps sent: twice at most.
    assert reader.mails()[-1] == (RECEIPT, "queued" if outcome == "later" else "unknown")
    email_world.mailbox.turn({"mode": "ok"})
    email_world.due()
    email_world.send()
    got = [mail for mail in email_world.received(address_of(reader)) if mail["subject"] == "Деньги возвращены"]
    assert len(got) == {"later": 1, "unknown": 2 if mode == "taken_then_504" else 0}[outcome]


def test_what_a_killed_sender_leaves_is_sent_once_more_if_it_is_a_receipt(
    email_world: EmailWorld, reader: EmailUser
) -> None:
    reader.notify()
    for _ in range(3):
        at_once(email_world.database, [calling("emails_claim", p_limit=50, p_lease_seconds=60)])
        rows(
            email_world.database,
            "update emails set lease_until = now() - interval '1 s' where state = 'claimed' returning 1",
        )
    assert email_world.send() == {}
    assert reader.mails()[-1] == (RECEIPT, "unknown")


def test_senders_at_once_send_each_mail_once(email_world: EmailWorld, reader: EmailUser) -> None:
    for number in range(30):
        reader.notify(about=f"{number}")
    answers = at_once(email_world.database, [calling("emails_claim", p_limit=7, p_lease_seconds=60) for _ in range(8)])
    claimed = [message["id"] for answer in answers for message in answer["messages"]]
    assert (len(claimed), len(set(claimed))) == (30, 30)


def test_a_business_name_injects_neither_headers_nor_html(email_world: EmailWorld, reader: EmailUser) -> None:
    rows(
        email_world.database,
        "update notification_types set channels = channels || '{email}', defaults = defaults || '{email}' "
        "where code = 'business_invitation' and not 'email' = any (channels) returning 1",
    )
    name = 'Авто\r\nBcc: all@example.com\n\n<img src=x onerror=alert(1)>"&'
    reader.notify("business_invitation", business=name)
    email_world.send()
    rows(
        email_world.database,
        "update notification_types set channels = array_remove(channels, 'email'), "
        "defaults = array_remove(defaults, 'email') where code = 'business_invitation' returning 1",
    )
    raw = email_world.received(address_of(reader))[0]["raw"]
    message = email_world.message(address_of(reader))
    assert message["Bcc"] is None
    assert "\r\nBcc:" not in raw.partition("\r\n\r\n")[0]
    assert message["Subject"].startswith("Авто Bcc: all@example.com")
    html: Any = message.get_body(("html",))
    assert "<img" not in html.get_content()
    assert "&lt;img" in html.get_content()


def test_links_of_altered_tokens_switch_nothing_off(email_world: EmailWorld, reader: EmailUser) -> None:
    other = email_world.user()
    other.prove()
    for user in (reader, other):
        user.notify()
    email_world.send()
    mine = email_world.link(address_of(reader), "unsubscribe").rpartition("/")[2].split(".")
    theirs = email_world.link(address_of(other), "unsubscribe").rpartition("/")[2].split(".")
    swapped = [mine[0], theirs[1], mine[2]]
    for token in (swapped, [mine[0], mine[1], mine[2][:-4]], ["k9", *mine[1:]], [*mine, "x"], [*mine[:2], "é" * 27]):
        page = email_world.page("POST", "/api/email/unsubscribe/" + ".".join(token))
        assert page.status in (404, 422), token
    assert rows(email_world.database, "select 1 from notification_preferences where user_id = %s", other.id) == []
