"""State machine of payments, against the real SQL: whatever comes in whatever order, nothing is lost.

PAYMENT_LIVES sets the number of random orders of events; `make full-size` takes 80.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.support.database import Database
from tests.support.payers import PRICE, RENEWAL, Connection, PayingUser, ask, assert_nothing_is_lost, value

LIVES = int(os.environ.get("PAYMENT_LIVES", "40"))
POLICY = {"second_person_tyiyn": 20_000, "request_id": "req-1"}
FINAL = {"completed", "partially_refunded", "refunded"}


class Payments(RuleBasedStateMachine):
    """Drive one user, one unpredictable bank and one staff member through random payment steps."""

    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self.payer = PayingUser.new(self.connection)
        self.staff_member = PayingUser.new(self.connection, role="finance").user
        self.attempts: list[tuple[str, str]] = []
        self.by_hand: list[int] = []
        self.seen: dict[str, str] = {}
        self.money: dict[str, int] = {}

    @rule(tier=st.sampled_from(["basic", "premium"]), bank=st.sampled_from(["mbank", "optima"]), is_made=st.booleans())
    def order(self, *, tier: str, bank: str, is_made: bool) -> None:
        answer = self.payer.order(tier, bank)
        if "reason" in answer:
            assert answer["reason"] in ("tier_below_current", "payment_being_prepared")
        elif "ask" in answer:
            attempt = answer["ask"]["attempt_id"]
            self.attempts.append((answer["payment"]["id"], attempt))
            if is_made:
                self.payer.opened(attempt)

    @precondition(lambda self: self.attempts)
    @rule(
        data=st.data(),
        state=st.sampled_from(["paid", "paid", "paid", "pending", "failed", "expired", "canceled"]),
        share=st.sampled_from([0.5, 1, 1, 1, 2]),
        is_confirmed=st.sampled_from([True, True, True, False]),
        is_test=st.sampled_from([None, False, False, True]),
        currency=st.sampled_from(["KGS", "KGS", "KGS", "USD"]),
    )
    def bank_says(
        self, *, data: Any, state: str, share: float, is_confirmed: bool, is_test: bool | None, currency: str
    ) -> None:
        payment, attempt = data.draw(st.sampled_from(self.attempts))
        amount = int(self.payer.payment(payment)["amount_tyiyn"] * share)
        self.payer.settle(
            attempt, state, amount_tyiyn=amount, currency=currency, is_confirmed=is_confirmed, is_test=is_test
        )
        if state == "paid" and is_confirmed and currency == "KGS" and not is_test:
            self.money[attempt] = max(self.money.get(attempt, 0), amount)

    @precondition(lambda self: self.attempts)
    @rule(data=st.data(), share=st.sampled_from([1, 1, 0.5, 2]))
    def user_pays(self, *, data: Any, share: float) -> None:
        _, attempt = data.draw(st.sampled_from(self.attempts))
        amount = int(value(self.connection, "select amount_tyiyn from payment_attempts where id = %s", attempt) * share)
        self.payer.settle(attempt, amount_tyiyn=amount, currency="KGS")
        self.money[attempt] = max(self.money.get(attempt, 0), amount)

    @precondition(lambda self: self.attempts)
    @rule(data=st.data())
    def user_cancels(self, data: Any) -> None:
        payment, _ = data.draw(st.sampled_from(self.attempts))
        ask(
            self.connection,
            "payment_cancel",
            user_id=self.payer.user,
            payment_id=payment,
            actor={"kind": "user"},
        )

    @precondition(lambda self: self.attempts)
    @rule(data=st.data(), part=st.sampled_from([0.25, 1]))
    def bank_gives_back(self, data: Any, part: float) -> None:
        payment, attempt = data.draw(st.sampled_from(self.attempts))
        paid = self.payer.payment(payment)["paid_tyiyn"]
        assume(paid > 0)
        came = value(self.connection, "select paid_tyiyn from payment_attempts where id = %s", attempt)
        state = "paid" if part < 1 and came else "refunded"
        self.payer.settle(attempt, state, amount_tyiyn=came, refunded_tyiyn=int(paid * part))

    @precondition(lambda self: self.attempts)
    @rule(data=st.data(), action=st.sampled_from(["release", "reject"]), evidence=st.booleans())
    def operator_decides(self, *, data: Any, action: str, evidence: bool) -> None:
        payment, _ = data.draw(st.sampled_from(self.attempts))
        ask(
            self.connection,
            "payment_decide",
            operator_id=self.staff_member,
            payment_id=payment,
            action=action,
            reason="Видно в выписке",
            evidence=f"S-{uuid4()}" if evidence else "",
            policy=POLICY,
        )

    @precondition(lambda self: self.attempts)
    @rule(data=st.data(), share=st.sampled_from([0.3, 1]), is_closed=st.booleans())
    def operator_refunds(self, *, data: Any, share: float, is_closed: bool) -> None:
        payment, _ = data.draw(st.sampled_from(self.attempts))
        amount = int(self.payer.payment(payment)["paid_tyiyn"] * share)
        assume(amount > 0)
        asked = ask(
            self.connection,
            "refund_request",
            operator_id=self.staff_member,
            payment_id=payment,
            amount_tyiyn=amount,
            reason="По просьбе",
            kind="manual",
            policy=POLICY,
        )
        if is_closed and "refund" in asked:
            ask(
                self.connection,
                "refund_close",
                operator_id=self.staff_member,
                refund_id=asked["refund"]["id"],
                ref=f"R-{uuid4()}",
                policy=POLICY,
            )

    @precondition(lambda self: not self.by_hand)
    @rule(amount=st.sampled_from([5000, 10000, 50000]))
    def operator_records_money(self, *, amount: int) -> None:
        self.by_hand.append(amount)
        order = {"user_id": self.payer.user, "tier": "basic", "amount_tyiyn": amount}
        ask(
            self.connection,
            "payment_record_by_hand",
            operator_id=self.staff_member,
            order=order,
            reason="Перевод",
            evidence=f"T-{uuid4()}",
            policy=POLICY,
        )

    @precondition(lambda self: self.attempts)
    @rule(hours=st.sampled_from([1, 30, 24 * 12, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.payer.wait(f"{hours} hours")
        ask(self.connection, "payment_checks_due", limit=100)
        for payment in {payment for payment, _ in self.attempts}:
            ask(self.connection, "payment_expire", payment_id=payment, actor={"kind": "timer"})

    @precondition(lambda self: self.attempts)
    @rule()
    def timer_of_subscriptions(self) -> None:
        for subscription in ask(self.connection, "subscriptions_due", policy=RENEWAL, limit=1000):
            ask(self.connection, "subscription_step", subscription_id=subscription, policy=RENEWAL)

    @precondition(lambda self: self.attempts)
    @rule(action=st.sampled_from(["cancel", "resume", "downgrade"]))
    def user_changes_the_plan(self, action: str) -> None:
        ask(
            self.connection,
            "subscription_change",
            user_id=self.payer.user,
            action=action,
            tier="basic",
            actor={"kind": "user"},
        )

    @invariant()
    def money_and_tiers_agree(self) -> None:
        assert_nothing_is_lost(self.connection, self.payer.user)

    @invariant()
    def every_tyiyn_that_came_in_is_in_the_books(self) -> None:
        for attempt, amount in self.money.items():
            booked = value(self.connection, "select paid_tyiyn from payment_attempts where id = %s", attempt)
            assert booked >= amount, attempt

    @invariant()
    def paid_never_goes_back_but_by_a_refund(self) -> None:
        for payment in {payment for payment, _ in self.attempts}:
            now, before = self.payer.payment(payment)["state"], self.seen.get(payment)
            if before in FINAL:
                assert now in FINAL, (before, now)
            self.seen[payment] = now


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with database.connect() as opened:
        yield opened


def test_whatever_happens_in_whatever_order_no_money_and_no_tier_is_lost(connection: Connection) -> None:
    Payments.connection = connection
    run_state_machine_as_test(
        Payments,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_state_is_left_only_as_the_rules_say(connection: Connection) -> None:
    open_or_held = ["created", "pending", "manual_review"]
    states = [*open_or_held, "completed", "failed", "expired", "canceled", "partially_refunded", "refunded"]
    moves = connection.execute(
        "select f, t from unnest(%s::text[]) f, unnest(%s::text[]) t where private.may_move_payment(f, t)",
        [states, states],
    ).fetchall()
    allowed: dict[str, set[str]] = {}
    for before, after in moves:
        allowed.setdefault(before, set()).add(after)
    late = {"manual_review", "completed"}
    assert allowed == {
        "created": {"pending", "failed", "expired", "canceled", *late},
        "pending": {"failed", "expired", "canceled", *late},
        "manual_review": {"completed", "failed", "refunded"},
        "completed": {"partially_refunded", "refunded"},
        "partially_refunded": {"refunded"},
        "failed": late,
        "expired": late,
        "canceled": late,
    }


@pytest.mark.parametrize(
    "change", ["state = 'failed'", "amount_tyiyn = 1", "paid_tyiyn = 0", "user_id = gen_random_uuid()"]
)
def test_no_statement_rewrites_what_was_paid(connection: Connection, change: str) -> None:
    payer = PayingUser.new(connection)
    payment = payer.bought()
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(f"update payments set {change} where id = %s".encode(), [payment])
    assert payer.payment(payment)["paid_tyiyn"] == PRICE["basic"]
