"""Customers who make more of an offer than was offered: its price is paid again at every bank, or used as a measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.payers import RULES, Connection, PayingUser, ask, assert_nothing_is_lost, connected, value
from tests.support.two_people import POLICY, staff_member

BANKS = ("mbank", "odengi", "bakai", "optima", "freedompay")
CHEAP = 100


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with connected(database) as opened:
        yield opened


@pytest.fixture
def payer(connection: Connection) -> PayingUser:
    return PayingUser.new(connection)


def offer(connection: Connection, customer: str, **changes: Any) -> dict[str, Any]:
    """Make an offer by two staff members."""
    offered = {
        "user_id": customer,
        "tier": "premium",
        "amount_tyiyn": CHEAP,
        "period_days": 30,
        "listing_limit": None,
        "note": "",
        "valid_days": 7,
        **changes,
    }
    made: dict[str, Any] = {"waits": True}
    while made["waits"]:
        staff = staff_member(connection)
        made = ask(connection, "tier_offer_make", operator_id=staff, offer=offered, policy=POLICY)
    return made


def test_an_offer_is_paid_once_however_many_banks_have_an_order_at_its_price(
    connection: Connection, payer: PayingUser
) -> None:
    offer(connection, payer.user, tier="enterprise")
    orders = [payer.attempt("enterprise", bank) for bank in BANKS]
    states = [payer.settle(attempt, amount_tyiyn=CHEAP)["state"] for _, attempt in orders]
    assert states == ["completed", *["manual_review"] * 4]
    assert payer.periods() == [("enterprise", 30)]
    assert {payer.payment(payment)["review_reason"] for payment, _ in orders[1:]} == {"offer_used"}
    assert_nothing_is_lost(connection, payer.user)


def test_an_offer_is_paid_once_although_all_banks_report_at_the_same_moment(
    database: Database, connection: Connection, payer: PayingUser
) -> None:
    offer(connection, payer.user, tier="enterprise")
    orders = [payer.attempt("enterprise", bank) for bank in BANKS]

    def report(attempt: str) -> Callable[[Connection], Any]:
        said = {"state": "paid", "is_confirmed": True, "amount_tyiyn": CHEAP}
        actor = {"kind": "bank"}
        return lambda opened: ask(
            opened, "payment_settle", attempt_id=attempt, report=said, rules=RULES, actor=actor, event_id=None
        )["state"]

    states = at_once(database, [report(attempt) for _, attempt in orders])
    assert sorted(states) == ["completed", *["manual_review"] * 4]
    assert payer.periods() == [("enterprise", 30)]
    assert_nothing_is_lost(connection, payer.user)


def test_one_person_cannot_release_an_offer_that_was_used_by_its_price(
    connection: Connection, payer: PayingUser
) -> None:
    offer(connection, payer.user, tier="enterprise")
    (_, first), (second, again) = payer.attempt("enterprise", "mbank"), payer.attempt("enterprise", "odengi")
    payer.settle(first, amount_tyiyn=CHEAP)
    payer.settle(again, amount_tyiyn=CHEAP)
    decided = ask(
        connection,
        "payment_decide",
        operator_id=staff_member(connection),
        payment_id=second,
        action="release",
        reason="Просил",
        evidence=f"E {uuid4()}",
        policy=POLICY,
    )
    assert decided["waits"] is True
    assert payer.periods() == [("enterprise", 30)]


@pytest.mark.parametrize(("tier", "days"), [("premium", 36), ("enterprise", 60)])
def test_time_that_is_left_is_not_multiplied_by_a_higher_tier_that_was_offered_cheaply(
    connection: Connection, payer: PayingUser, tier: str, days: int
) -> None:
    payer.bought("basic")
    offer(connection, payer.user, tier=tier)
    _, attempt = payer.attempt(tier)
    assert payer.settle(attempt, amount_tyiyn=CHEAP)["state"] == "completed"
    [(name, length)] = [period for period in payer.periods() if period[1] > 1]
    assert (name, round(length)) == (tier, days)


def test_an_offer_for_next_to_nothing_is_activated_however_much_time_is_left(
    connection: Connection, payer: PayingUser
) -> None:
    for _ in range(5):
        payer.bought("basic")
    offer(connection, payer.user, tier="enterprise", amount_tyiyn=1, period_days=3660)
    _, attempt = payer.attempt("enterprise")
    assert payer.settle(attempt, amount_tyiyn=1)["state"] == "completed"
    assert value(
        connection, "select expires_at < now() + interval '12 years' from subscriptions where user_id = %s", payer.user
    )
