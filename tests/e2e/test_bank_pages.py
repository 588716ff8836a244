"""Buying a tier on the running stack: ordered in the app, paid on the page of a simulated bank."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from auto360.providers.payments.elqr import require_payable
from local.banks import NAMES
from tests.support.people import new_address, new_phone
from tests.support.plain_http import plain_client
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")
PATIENCE_SECONDS = 60


class Buyer:
    """User with the app and a bank's app."""

    def __init__(self, stack: RunningStack) -> None:
        self.dsn = stack.dsn
        # An account that was opened today is looked at when it buys the dearest tier.
        query = "insert into accounts (phone, created_at) values (%s, now() - interval '9 days') returning id::text"
        self.id: str = self.rows(query, new_phone())[0][0]
        self.http = plain_client(
            base_url=stack.url,
            headers={
                "Authorization": f"Bearer {stack.user_token(self.id)}",
                "X-Local-Address": new_address(),
            },
            timeout=60,
        )

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def order(self, bank: str, tier: str = "premium") -> httpx.Response:
        """Order a tier."""
        return self.http.post("/api/payments", json={"tier": tier, "bank": bank, "picture": "svg"})

    def page(self, bank: str) -> str:
        """Return the page of the newest order at a bank, as the console lists it."""
        return next(str(order["page"]) for order in self.http.get("/_local/banks").json() if order["bank"] == bank)

    def press(self, page: str, action: str) -> httpx.Response:
        """Press a button, as a browser does."""
        return self.http.post(page, data={"action": action}, headers={"Accept": "text/html"}, follow_redirects=True)

    def waited(self, payment: str) -> dict[str, Any]:
        """Return the payment once it is no longer pending."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            found: dict[str, Any] = self.http.get(f"/api/payments/{payment}").json()["data"]
            if found["status"] != "pending":
                return found
            time.sleep(0.1)
        raise AssertionError("the payment stayed pending")

    def tier(self) -> str:
        """Return the tier that holds now."""
        return str(self.http.get("/api/subscriptions").json()["data"]["tier_code"])

    def periods(self, payment: str) -> int:
        """Return how many periods a payment bought."""
        return int(self.rows("select count(*) from subscription_periods where payment_id = %s", payment)[0][0])


@pytest.fixture
def buyer(stack: RunningStack) -> Iterator[Buyer]:
    """Yield a new user; the banks are in order before and after."""
    somebody = Buyer(stack)
    yield somebody
    somebody.http.close()
    for bank in NAMES:
        stack.turn(bank, "ok", callbacks="ok")


@pytest.mark.parametrize("bank", NAMES)
def test_a_tier_paid_on_the_banks_page_is_active(buyer: Buyer, bank: str) -> None:
    payment = buyer.order(bank).json()["data"]
    pay = payment["pay"]
    if pay["qr_text"]:
        assert require_payable(pay["qr_text"], amount_tyiyn=payment["amount_tyiyn"])
    page = buyer.press(buyer.page(bank), "pay")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "500.00 som" in page.text
    assert buyer.waited(payment["id"])["status"] == "completed"
    assert buyer.tier() == "premium"
    assert buyer.periods(payment["id"]) == 1


@pytest.mark.parametrize("bank", NAMES)
def test_five_calls_at_once_and_a_waiting_app_buy_one_period(stack: RunningStack, buyer: Buyer, bank: str) -> None:
    stack.turn(bank, "ok", callbacks="five_times")
    payment = buyer.order(bank).json()["data"]["id"]
    buyer.press(buyer.page(bank), "pay")
    assert buyer.waited(payment)["status"] == "completed"
    until = time.monotonic() + PATIENCE_SECONDS
    query = "select coalesce(sum(deliveries), 0) from payment_webhook_events where payment_id = %s"
    while buyer.rows(query, payment)[0][0] < 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert buyer.rows(query, payment)[0][0] == 5
    assert buyer.periods(payment) == 1


@pytest.mark.parametrize("bank", NAMES)
def test_a_lost_call_is_made_up_for_by_the_timer(stack: RunningStack, buyer: Buyer, bank: str) -> None:
    stack.turn(bank, "ok", callbacks="lost")
    payment = buyer.order(bank).json()["data"]["id"]
    buyer.press(buyer.page(bank), "pay")
    assert buyer.periods(payment) == 0
    buyer.rows("update payments set next_check_at = now() - interval '1 second' where id = %s returning id", payment)
    (timer,) = [timer for timer in stack.local("timers") if timer["function"] == "payment_reconciler"]
    assert buyer.http.post(timer["run"]).json()["ok"]
    assert buyer.periods(payment) == 1
    assert buyer.tier() == "premium"


@pytest.mark.parametrize("bank", NAMES)
def test_a_forged_call_changes_nothing(stack: RunningStack, buyer: Buyer, bank: str) -> None:
    stack.turn(bank, "ok", callbacks="forged")
    payment = buyer.order(bank).json()["data"]["id"]
    until = time.monotonic() + PATIENCE_SECONDS
    calls: list[str] = []
    while not calls and time.monotonic() < until:
        calls = next(order["calls"] for order in stack.local("banks") if order["bank"] == bank)
        time.sleep(0.05)
    assert calls in (["forged: 401"], ["forged: 403"])
    assert buyer.periods(payment) == 0
    assert buyer.rows("select count(*) from payment_webhook_events where payment_id = %s", payment) == [(0,)]
    assert buyer.tier() == "free"


@pytest.mark.parametrize("bank", ["mbank", "optima"])
def test_money_for_an_order_whose_answer_was_lost_arrives(stack: RunningStack, buyer: Buyer, bank: str) -> None:
    stack.turn(bank, "lost_answer")
    assert buyer.order(bank).json()["code"] == "bank_unavailable"
    stack.turn(bank, "ok")
    buyer.press(buyer.page(bank), "pay")
    until = time.monotonic() + PATIENCE_SECONDS
    while buyer.tier() != "premium" and time.monotonic() < until:
        time.sleep(0.2)
    assert buyer.tier() == "premium"


def test_an_order_that_was_refused_or_ran_out_buys_nothing(buyer: Buyer) -> None:
    refused = buyer.order("optima").json()["data"]["id"]
    buyer.press(buyer.page("optima"), "refuse")
    assert buyer.waited(refused)["status"] == "failed"
    ran_out = buyer.order("mbank").json()["data"]["id"]
    buyer.press(buyer.page("mbank"), "expire")
    # A code lives a minute, the order an hour: the app asks for the next code.
    assert buyer.http.get(f"/api/payments/{ran_out}").json()["data"]["status"] == "pending"
    assert buyer.periods(refused) == buyer.periods(ran_out) == 0
    assert buyer.tier() == "free"


def test_a_page_of_somebody_elses_site_cannot_press_a_button(buyer: Buyer) -> None:
    buyer.order("optima")
    page = buyer.page("optima")
    answer = buyer.http.post(page, data={"action": "pay"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert buyer.tier() == "free"
