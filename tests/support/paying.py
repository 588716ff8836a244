"""Paying user at a simulated bank, with the functions behind: each webhook is answered by a function."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from auto360.providers.payments import Callback, CallbackAnswer
from local.banks import function_variables
from tests.support.banks import BankWorld
from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.market import new_user_id
from tests.support.payers import assert_nothing_is_lost
from tests.support.rows import rows


@dataclass
class Paying:
    """User with a token, and all the banks."""

    functions: Functions
    database: Database
    world: BankWorld
    user: str
    answered: list[int] = field(default_factory=list)

    def call(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        """Send a request of the user to the payments or the subscriptions function."""
        token = self.database.user_token(self.user)
        function = "subscriptions" if path.startswith("/subscriptions") else "payments"
        return self.functions.raw(function, http_event(method, f"/api{path}", body, token=token, **options))

    def order_event(self, bank: str, tier: str = "basic", **options: Any) -> dict[str, Any]:
        """Return the event of an order."""
        token = self.database.user_token(self.user)
        return http_event("POST", "/api/payments", {"tier": tier, "bank": bank}, token=token, **options)

    def order(self, bank: str, tier: str = "basic", **options: Any) -> dict[str, Any]:
        """Order a tier that is given: the data of the answer."""
        answer = self.functions.raw("payments", self.order_event(bank, tier, **options))
        assert answer.status == 200, answer.body
        data: dict[str, Any] = answer.body["data"]
        return data

    def read(self, payment_id: str) -> dict[str, Any]:
        """Look at a payment."""
        answer = self.call("GET", f"/payments/{payment_id}")
        assert answer.status == 200, answer.body
        data: dict[str, Any] = answer.body["data"]
        return data

    def state(self, payment_id: str) -> str:
        """Return the state in the database, without asking anybody."""
        return str(rows(self.database, "select state from payments where id = %s", payment_id)[0][0])

    def plan(self) -> dict[str, Any]:
        """Return the plan as the app sees it."""
        data: dict[str, Any] = self.call("GET", "/subscriptions").body["data"]
        return data

    def periods(self) -> int:
        """Return how many periods stand."""
        query = """select count(*) from subscription_periods p join subscriptions s on s.id = p.subscription_id
            where s.user_id = %s and p.revoked_at is null"""
        return int(rows(self.database, query, self.user)[0][0])

    def reconcile(self) -> dict[str, Any]:
        """Let the pauses of the timer pass for this user's payments, and run it."""
        with self.database.connect() as connection, connection.transaction():
            # The triggers would write the present time.
            connection.execute("set local session_replication_role = replica")
            connection.execute(
                "update payments set next_check_at = now() where user_id = %s and next_check_at is not null",
                [self.user],
            )
            connection.execute(
                "update job_leases set holder = null, lease_until = null where job = 'payment_reconciler'"
            )
            connection.execute(
                "update payment_webhook_events set updated_at = now() - interval '2 minutes' where state = 'received'"
            )
        report: dict[str, Any] = self.functions.handler("payment_reconciler")({"messages": []}, None)
        return report

    def caught_call(self, bank: str) -> Callback:
        """Return the bank's call about the newest order, which is paid now and answered by nobody."""
        caught: list[Callback] = []

        def keep(call: Callback) -> CallbackAnswer:
            caught.append(call)
            return CallbackAnswer(200, "")

        self.world.merchant.answer = keep
        self.world.act(bank, "pay")
        self.world.merchant.wait_for(1)
        return caught[0]

    def deliver(self, call: Callback) -> int:
        """Bring a call to the function; the status of its answer."""
        answer: dict[str, Any] = self.functions.handler("payment_webhook")(event_of(call), None)
        return int(answer["statusCode"])

    def wait_for_calls(self, count: int) -> None:
        """Wait until so many calls of banks have been answered."""
        until = time.monotonic() + 10
        while len(self.answered) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.answered) >= count, f"{len(self.answered)} of {count} calls were answered"

    def assert_nothing_is_lost(self) -> None:
        """Require books without loss (`payers.assert_nothing_is_lost`)."""
        with self.database.connect() as connection:
            assert_nothing_is_lost(connection, self.user)


def event_of(call: Callback) -> dict[str, Any]:
    """Return the call as the gateway gives it to the function."""
    event = http_event("POST", call.path, "", headers={})
    return event | {"headers": dict(call.headers), "body": call.body.decode(), "isBase64Encoded": False}


@pytest.fixture
def paying(functions: Functions, database: Database, bank_world: BankWorld) -> Paying:
    """Return a new user; banks that work, and call the function."""
    functions.set(
        **function_variables(bank_world.keyring, bank_world.url),
        BANK_WEBHOOKS_URL=bank_world.merchant.url,
        PAYMENT_RETURN_URL="https://360auto.example/paid",
        RISK_ORDERS_OF_USER_PER_HOUR="1000",
    )

    payer = Paying(functions, database, bank_world, new_user_id(database))
    one_at_a_time = threading.Lock()

    def answer(call: Callback) -> CallbackAnswer:
        # A function's process serves one call at a time.
        with one_at_a_time:
            said = functions.handler("payment_webhook")(event_of(call), None)
        payer.answered.append(said["statusCode"])
        content_type = said["multiValueHeaders"]["Content-Type"][0]
        return CallbackAnswer(said["statusCode"], said["body"], content_type)

    bank_world.merchant.answer = answer
    return payer
