"""Attacks on e-mail over the running stack: PostgREST beside the API, links, one-click addresses, the webhook."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.callers import Caller
from tests.support.emails import ACCOUNT, new_email
from tests.support.plain_http import plain_request
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")
TABLES = ("emails", "email_verifications", "email_changes", "email_events", "email_stops")
CALLS: dict[str, dict[str, Any]] = {
    "email_state": {"p_user_id": None},
    "email_link_confirm": {"p_link_digest": "\\x00", "p_undo": {}},
    "email_undo": {"p_undo_digest": "\\x00"},
    "email_unsubscribe": {"p_user_id": None, "p_type": "payment_refunded"},
    "emails_claim": {"p_limit": 1, "p_lease_seconds": 60},
    "email_events_record": {"p_events": []},
    "login_request_email": {"p_phone": "+996700000000", "p_address": "10.0.0.1", "p_limits": []},
}


def mails_to(stack: RunningStack, address: str) -> list[dict[str, str]]:
    """Send what waits and return the mails of a mailbox, newest first."""
    [timer] = [each for each in stack.local("timers") if each["function"] == "email_sender"]
    plain_request("POST", stack.url + timer["run"], timeout=60)
    return [mail for mail in stack.local("inboxes/mailbox") if mail["to"] == address]


def prove(user: Caller, stack: RunningStack) -> str:
    """Prove an address over HTTP; returns it."""
    address = new_email()
    assert user.api("PUT", ACCOUNT, {"email": address}).status_code == 200
    found = re.search(r": ([0-9]{6})\b", mails_to(stack, address)[0]["text"])
    assert found
    assert user.api("POST", f"{ACCOUNT}/confirm", {"code": found[1]}).json()["data"]["email"] == address
    return address


@pytest.mark.parametrize("relation", ["users", "accounts"])
@pytest.mark.parametrize("change", [{"email": "victim@example.com"}, {"email_verified_at": "2020-01-01"}])
def test_nobody_gives_oneself_an_address_past_the_proof(
    stack: RunningStack, relation: str, change: dict[str, str]
) -> None:
    user = Caller(stack).log_in()
    assert user.rest("PATCH", f"/{relation}?id=eq.{user.id}", change).status_code in (400, 403)
    assert user.api("GET", ACCOUNT).json()["data"]["email"] is None
    assert user.rest("PATCH", f"/users?id=eq.{user.id}", {"bio": "Продаю сам"}).is_success


def test_an_address_is_read_by_its_owner_alone(stack: RunningStack) -> None:
    owner, other = Caller(stack).log_in(), Caller(stack).log_in()
    address = prove(owner, stack)
    assert owner.rest("GET", f"/users?id=eq.{owner.id}&select=email").json() == [{"email": address}]
    for path in (
        f"/users?id=eq.{owner.id}&select=*",
        f"/accounts?id=eq.{owner.id}&select=*",
        f"/public_profiles?id=eq.{owner.id}&select=id,person:accounts(*)",
        f"/users?email=eq.{address}&select=id",
        f"/users?email=like.*{address[10:20]}*&select=id,email",
    ):
        assert address not in other.rest("GET", path).text
        assert other.rest("GET", path).status_code == 200
    for table in TABLES:
        assert owner.rest("GET", f"/{table}?select=*").status_code == 403


@pytest.mark.parametrize("name", CALLS)
def test_functions_of_e_mail_are_the_backends(stack: RunningStack, name: str) -> None:
    user = Caller(stack).log_in()
    body: dict[str, Any] = {key: user.id if key == "p_user_id" else value for key, value in CALLS[name].items()}
    assert user.rest("POST", f"/rpc/{name}", body).status_code == 403


def test_one_click_of_another_needs_that_others_mail(stack: RunningStack) -> None:
    user = Caller(stack).log_in()
    for token in ("k1.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA", "k1..", "x" * 200, "k1.%2e%2e.a" * 3):
        answer = user.api("POST", f"/api/email/unsubscribe/{token}")
        assert answer.status_code in (404, 422)


def test_a_report_without_the_secret_and_an_unsigned_envelope_are_not_there(stack: RunningStack) -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:x"
    envelope: dict[str, Any] = {"Type": "Notification", "TopicArn": topic, "SignatureVersion": "1"}
    for path in ("/webhooks/email/guess", "/webhooks/email/" + "a" * 43):
        bodies: list[dict[str, Any]] = [{"messages": []}, envelope]
        for body in bodies:
            assert plain_request("POST", stack.url + path, json=body, timeout=60).status_code == 404
