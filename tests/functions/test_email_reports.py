"""Reports of the mail provider: bounces, complaints, repetitions, forgeries."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.support.concurrency import at_once
from tests.support.emails import EmailUser, EmailWorld, new_email
from tests.support.functions import http_event
from tests.support.rows import rows
from tests.support.sql_calls import calling

RECEIPT = "payment_refunded"


def proved(world: EmailWorld, name: str) -> tuple[EmailUser, str]:
    """Return a user whose mailbox has this fate at the simulator, and the address; proved while the fate was good."""
    user, good = world.user(), new_email()
    user.prove(good)
    address = new_email(name)
    rows(world.database, "update accounts set email = %s where id = %s returning 1", address, user.id)
    world.send()
    world.passed_on = len(world.mailbox.reports)
    return user, address


@pytest.mark.parametrize(
    ("name", "state"), [("bounce", "bounced"), ("suppressed", "bounced"), ("complaint", "complained")]
)
def test_a_permanent_bounce_and_a_complaint_stop_an_address(email_world: EmailWorld, name: str, state: str) -> None:
    user, _ = proved(email_world, name)
    user.notify()
    email_world.send()
    assert email_world.report().body["data"]["applied"] >= 1
    assert user.state()["state"] == state
    user.notify()
    email_world.send()
    assert [each for kind, each in user.mails() if kind == RECEIPT] == [state, "suppressed"]
    told = rows(
        email_world.database, "select 1 from notifications where user_id = %s and type = 'email_stopped'", user.id
    )
    assert len(told) == 1


def test_a_full_mailbox_is_counted_and_written_to_again(email_world: EmailWorld) -> None:
    user, address = proved(email_world, "full")
    for _ in range(2):
        user.notify()
        email_world.send()
        email_world.report()
    assert user.state()["state"] == "active"
    query = "select transient_bounces from email_stops where address_digest = private.email_digest(%s)"
    assert rows(email_world.database, query, address) == [(2,)]


def test_a_new_proof_starts_a_stopped_address_again(email_world: EmailWorld) -> None:
    user, address = proved(email_world, "bounce")
    user.notify()
    email_world.send()
    email_world.report()
    user.request(address)
    assert email_world.send().get("accepted") is None, "a mailbox that bounced rests for a day"
    rows(email_world.database, "update email_stops set stopped_at = stopped_at - interval '2 days' returning 1")
    email_world.mailbox.turn({"mode": "ok"})
    user.request(address)
    email_world.send()
    proof = rows(email_world.database, "select state from emails where user_id = %s and kind = 'verification'", user.id)
    assert ("accepted",) in proof
    user.prove()
    assert user.state()["state"] == "active"


def test_who_proves_a_stopped_address_again_gets_its_mail_again(email_world: EmailWorld) -> None:
    user = email_world.user()
    address = user.prove()
    rows(email_world.database, "select private.stop_email_address(%s, 'complained')::text", address)
    rows(email_world.database, "update email_stops set stopped_at = stopped_at - interval '31 days' returning 1")
    assert user.state()["state"] == "complained"
    user.prove(address)
    assert user.state()["state"] == "active"
    user.notify()
    email_world.send()
    assert dict(user.mails())[RECEIPT] == "accepted"


def test_repetitions_change_nothing(email_world: EmailWorld) -> None:
    user, _ = proved(email_world, "complaint")
    user.notify()
    email_world.send()
    first = email_world.mailbox.reports[email_world.passed_on :]
    email_world.report()
    for _ in range(3):
        assert email_world.report(*first).body["data"]["applied"] == 0
    assert user.state()["state"] == "complained"


def test_reports_at_once_are_applied_once(email_world: EmailWorld) -> None:
    user, _ = proved(email_world, "driver")
    user.notify()
    email_world.send()
    [(reference,)] = rows(
        email_world.database, "select provider_ref from emails where user_id = %s and type = %s", user.id, RECEIPT
    )
    event = {"event_id": reference, "provider_ref": reference, "kind": "bounce", "is_permanent": False}
    answers = at_once(email_world.database, [calling("email_events_record", p_events=Jsonb([event])) for _ in range(8)])
    assert sorted(str(answer) for answer in answers) == ["0"] * 7 + ["1"]


def test_a_report_that_comes_before_the_answer_of_the_send_call_is_not_lost(email_world: EmailWorld) -> None:
    user, _ = proved(email_world, "bounce")
    email_world.mailbox.turn({"mode": "taken_then_504"})
    user.notify()
    email_world.functions.handler("email_sender")({}, None)
    event = email_world.mailbox.reports[-1]
    assert event["mail"]["tags"]["auto360_mail"], "our id comes back"
    email_world.report()
    assert [each for kind, each in user.mails() if kind == RECEIPT] == ["bounced"]
    email_world.due()
    assert email_world.send() == {}, "what has certainly arrived is not sent again"


def test_a_report_without_our_id_waits_for_the_providers(email_world: EmailWorld) -> None:
    user, _ = proved(email_world, "driver")
    user.notify()
    event: dict[str, Any] = {"eventType": "Bounce", "mail": {"messageId": "ref-1"}, "eventId": "e-early"}
    event["bounce"] = {"bounceType": "Permanent", "bouncedRecipients": []}
    assert email_world.report(event).body["data"]["applied"] == 0
    claimed = at_once(email_world.database, [calling("emails_claim", p_limit=1, p_lease_seconds=60)])[0]
    result = [{"id": claimed["messages"][0]["id"], "outcome": "accepted", "provider_ref": "ref-1"}]
    at_once(email_world.database, [calling("emails_record", p_claim=claimed["claim"], p_results=Jsonb(result))])
    assert user.state()["state"] == "bounced"


def test_forged_and_odd_reports_stop_nobody(email_world: EmailWorld) -> None:
    user, address = proved(email_world, "driver")
    user.notify()
    email_world.send()
    event: dict[str, Any] = {
        "eventType": "Complaint", "eventId": "forged",
        "mail": {"messageId": "unknown", "commonHeaders": {"to": [address]}},
        "complaint": {"complainedRecipients": [{"emailAddress": address}]},
    }  # fmt: skip
    assert email_world.report(event, secret="w" * 32).status == 404
    assert email_world.report(event).body["data"]["applied"] == 0
    for odd in (
        {},
        {"eventType": "Bounce"},
        {"eventType": ["Bounce"], "mail": []},
        {"eventType": "Bounce", "mail": {}},
    ):
        assert email_world.report(odd).body["data"]["applied"] == 0
    assert user.state()["state"] == "active"


def sent_receipt(world: EmailWorld) -> tuple[EmailUser, str]:
    """Send a receipt; returns its user and the provider's id of it."""
    user, _ = proved(world, "driver")
    user.notify()
    world.send()
    query = "select provider_ref from emails where user_id = %s and type = %s"
    [(reference,)] = rows(world.database, query, user.id, RECEIPT)
    return user, str(reference)


def event_of(kind: str, reference: str, *, is_passing: bool = True) -> dict[str, Any]:
    bounce = {"bounceType": "Transient" if is_passing else "Permanent"}
    part = bounce if kind == "Bounce" else {}
    return {"eventType": kind, "eventId": uuid4().hex, "mail": {"messageId": reference}, kind.lower(): part}


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        (("Bounce", "Delivery"), "bounced"),
        (("Delivery", "Bounce"), "bounced"),
        (("Complaint", "Bounce", "Delivery"), "complained"),
        (("Delivery", "Complaint"), "complained"),
    ],
)
def test_the_worst_report_counts_in_whatever_order_they_come(
    email_world: EmailWorld, kinds: tuple[str, ...], state: str
) -> None:
    user, reference = sent_receipt(email_world)
    for kind in kinds:
        assert email_world.report(event_of(kind, reference)).body["data"]["applied"] == 1
    assert dict(user.mails())[RECEIPT] == state


def test_a_delivery_ends_the_count_of_passing_bounces(email_world: EmailWorld) -> None:
    user, reference = sent_receipt(email_world)
    query = """select transient_bounces from email_stops where address_digest = (
        select private.email_digest(email) from accounts where id = %s)"""
    for kind, count in (("Bounce", 1), ("Bounce", 2), ("Delivery", 0)):
        email_world.report(event_of(kind, reference))
        assert rows(email_world.database, query, user.id) == [(count,)]


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\u202e", "x" * 10_000])
def test_an_odd_report_loses_none_of_its_batch(email_world: EmailWorld, odd: str) -> None:
    user, _ = proved(email_world, "bounce")
    user.notify()
    email_world.send()
    good = email_world.mailbox.reports[-1]
    bad: dict[str, Any] = {
        "eventType": "Bounce", "eventId": f"e{odd}", "mail": {"messageId": f"m{odd}", "tags": {"auto360_mail": [odd]}},
        "bounce": {"bounceType": odd, "bounceSubType": odd, "bouncedRecipients": [{"status": odd}]},
    }  # fmt: skip
    answer = email_world.report(bad, good)
    assert (answer.status, answer.body["data"]["applied"]) == (200, 1)
    assert user.state()["state"] == "bounced"


def test_reports_that_are_nested_without_end_are_not_there(email_world: EmailWorld) -> None:
    secret = email_world.functions.environ["MAIL_REPORT_SECRET"]
    event = http_event("POST", f"/webhooks/email/{secret}", "[" * 100_000)
    assert email_world.functions.raw("email_webhook", event).status == 404


def test_two_mails_that_get_one_id_of_the_provider_stop_nobody(email_world: EmailWorld) -> None:
    user, _ = proved(email_world, "driver")
    for about in ("one", "two"):
        user.notify(about=about)
    claimed = at_once(email_world.database, [calling("emails_claim", p_limit=2, p_lease_seconds=60)])[0]
    for message in claimed["messages"]:
        result = [{"id": message["id"], "outcome": "accepted", "provider_ref": "the-same"}]
        call = calling("emails_record", p_claim=claimed["claim"], p_results=Jsonb(result))
        recorded: Any = at_once(email_world.database, [call])
        assert recorded == [1]
    assert [state for kind, state in user.mails() if kind == RECEIPT] == ["accepted", "accepted"]
    query = "select count(provider_ref) from emails where user_id = %s and type = %s"
    assert rows(email_world.database, query, user.id, RECEIPT) == [(1,)]


def test_a_complaint_outweighs_a_later_bounce(email_world: EmailWorld) -> None:
    user, address = proved(email_world, "complaint")
    user.notify()
    email_world.send()
    email_world.report()
    rows(email_world.database, "select private.stop_email_address(%s, 'bounced')::text", address)
    assert user.state()["state"] == "complained"


def test_staff_see_numbers_and_no_address(email_world: EmailWorld) -> None:
    user, address = proved(email_world, "bounce")
    user.notify()
    email_world.send()
    email_world.report()
    [(admin,)] = rows(
        email_world.database, "update accounts set role = 'admin' where id = %s returning id::text", user.id
    )
    [(status,)] = rows(email_world.database, "select email_status(%s, 7)", admin)
    today = [row for row in status["days"] if row["type"] == RECEIPT]
    assert sum(row["bounced"] for row in today) >= 1
    assert status["stopped"] >= 1
    assert address not in str(status)
    assert rows(email_world.database, "select email_status(%s, 7)", email_world.user().id) == [
        ({"reason": "forbidden"},)
    ]
