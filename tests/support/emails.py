"""World around users' e-mail in this process: the mail provider's simulator, our timer, links and reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from local.operations import MAIL_SENDER
from local.simulators.mailbox import MailAccount, Mailbox
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.people import Person, new_address, new_phone
from tests.support.rows import rows
from tests.support.sms import SmsWorld

ACCOUNT = "/api/account/email"


def new_email(name: str = "driver") -> str:
    """Return an address that no other test uses."""
    return f"{name}@{uuid4().hex[:12]}.example.com"


@dataclass(frozen=True)
class Page:
    """Page behind a link. `code` is ok, or that of its refusal."""

    status: int
    code: str
    body: str


@dataclass
class EmailUser:
    """Signed-in user, using the functions."""

    world: EmailWorld
    person: Person
    token: str
    id: str

    def call(self, method: str, path: str = "", body: object = None) -> Answer:
        """Call the routes of the address."""
        event = http_event(method, ACCOUNT + path, body, token=self.token, address=self.person.address)
        return self.world.functions.raw("account_email", event)

    def request(self, email: str) -> Answer:
        """Ask for the proof of an address, a minute after any earlier one."""
        rows(self.world.database, "delete from rate_limits where key = %s returning 1", f"email:minute:{self.id}")
        return self.call("PUT", "", {"email": email})

    def prove(self, email: str | None = None) -> str:
        """Go the whole way by code; returns the address."""
        address = email or new_email()
        assert self.request(address).status == 200
        self.world.send()
        answer = self.call("POST", "/confirm", {"code": self.world.code(address)})
        assert (answer.status, answer.body["data"]["email"]) == (200, address), answer.body
        return address

    def state(self) -> dict[str, Any]:
        """Return the state as the app reads it."""
        found: dict[str, Any] = self.call("GET").body["data"]
        return found

    def notify(self, code: str = "payment_refunded", about: str = "", **values: object) -> None:
        """Write a notification, as an event does."""
        rows(
            self.world.database,
            "select private.enqueue_notification(%s, %s, %s, %s)",
            self.id, code, about or uuid4().hex, json.dumps({"amount_tyiyn": 95_000, "tier": "basic", **values}),
        )  # fmt: skip

    def mails(self) -> list[tuple[str, str]]:
        """Return type and state of the user's mails, oldest first."""
        query = "select type, state from emails where user_id = %s order by created_at, id"
        return [(kind, state) for kind, state in rows(self.world.database, query, self.id)]


@dataclass
class EmailWorld:
    """Simulator, and everything of ours around it."""

    functions: Functions
    database: Database
    sms: SmsWorld
    mailbox: Mailbox
    passed_on: int = 0

    def user(self) -> EmailUser:
        """Return a new signed-in user."""
        person = Person(self.functions, self.sms, new_phone(), new_address())
        data = person.log_in()
        return EmailUser(self, person, data["token"], data["user"]["id"])

    def send(self) -> dict[str, int]:
        """Run the timer until nothing is due."""
        total: dict[str, int] = {}
        while (counts := self.functions.handler("email_sender")({}, None))["claimed"]:
            total = {name: total.get(name, 0) + counts.get(name, 0) for name in total | counts}
        return total

    def due(self) -> None:
        """Let the waits between tries pass."""
        rows(self.database, "update emails set not_before = now() where state = 'queued' returning 1")

    def received(self, address: str) -> list[dict[str, str]]:
        """Return the mails of a mailbox, newest first."""
        return [mail for mail in self.mailbox.inbox() if mail["to"] == address]

    def message(self, address: str) -> EmailMessage:
        """Return the newest mail of a mailbox."""
        message = message_from_string(self.received(address)[0]["raw"], policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def code(self, address: str) -> str:
        """Return the newest code in a mailbox."""
        for mail in self.received(address):
            if found := re.search(r": ([0-9]{4,8})\b", mail["text"]):
                return found[1]
        raise AssertionError("no code")

    def link(self, address: str, purpose: str) -> str:
        """Return the path of the newest link of this purpose in a mailbox."""
        for mail in self.received(address):
            if found := re.search(rf"/email/{purpose}/([\w.-]+)", mail["text"]):
                return f"/api/email/{purpose}/{found[1]}"
        raise AssertionError(f"no {purpose} link")

    def page(self, method: str, path: str, body: str = "", language: str = "ru", **headers: str) -> Page:
        """Open a link, or press its button."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": language, **headers}
        answer = self.functions.handler("email_links")(http_event(method, path, body, headers=sent), None)
        code = answer["multiValueHeaders"].get("X-Result-Code", [""])[0]
        return Page(answer["statusCode"], code, answer["body"])

    def report(self, *events: dict[str, Any], secret: str | None = None) -> Answer:
        """Pass reports on, as a trigger does: all that are new, unless some are given."""
        given = list(events) or self.mailbox.reports[self.passed_on :]
        self.passed_on = len(self.mailbox.reports)
        shown = self.functions.environ["MAIL_REPORT_SECRET"] if secret is None else secret
        return self.functions.post("email_webhook", f"/webhooks/email/{shown}", {"messages": given})


@pytest.fixture
def email_world(functions: Functions, database: Database, sms_world: SmsWorld) -> Iterator[EmailWorld]:
    """Yield everything in order, without mails that other tests have left."""
    environ = functions.environ
    mailbox = Mailbox(MailAccount(environ["MAIL_ACCESS_KEY"], environ["MAIL_SECRET_KEY"], MAIL_SENDER))
    with served(Simulators(Phone(), {"mailbox": mailbox})) as url:
        functions.set(
            **sms_world.environ,
            MAIL_API_URL=f"{url}/mailbox",
            EMAIL_RUN_SECONDS="0",
            EMAIL_PER_SECOND="1000",
            EMAIL_BATCH="50",
        )
        rows(database, "delete from emails returning 1")
        yield EmailWorld(functions, database, sms_world, mailbox)
