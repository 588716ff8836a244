"""Attack, or a mistake of two people: money that the bank has given back already goes back once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.payers import PRICE, Connection, PayingUser, ask, assert_nothing_is_lost, connected, value
from tests.support.two_people import POLICY, staff_member

ALL = PRICE["basic"]


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with connected(database) as opened:
        yield opened


def paid(connection: Connection) -> tuple[PayingUser, str, str]:
    """Somebody who has paid: payment and attempt."""
    payer = PayingUser.new(connection)
    payment, attempt = payer.attempt("basic")
    payer.settle(attempt, amount_tyiyn=ALL)
    return payer, payment, attempt


def request(connection: Connection, payment: str, amount: int, kind: str, *, limit: int) -> str:
    """Request a refund."""
    asked = ask(
        connection,
        "refund_request",
        operator_id=staff_member(connection),
        payment_id=payment,
        amount_tyiyn=amount,
        reason="По просьбе",
        kind=kind,
        policy=POLICY | {"second_person_tyiyn": limit},
    )
    return str(asked["refund"]["id"])


def given_back_at_the_bank(payer: PayingUser, attempt: str, amount: int) -> None:
    payer.settle(attempt, "paid", amount_tyiyn=ALL, refunded_tyiyn=amount)


@pytest.mark.parametrize("amount", [ALL, ALL // 2 + 1])
def test_a_refund_that_waits_for_a_second_person_ends_when_the_bank_has_given_the_money_back(
    connection: Connection, amount: int
) -> None:
    payer, payment, attempt = paid(connection)
    refund = request(connection, payment, amount, "automatic", limit=1)
    given_back_at_the_bank(payer, attempt, ALL // 2)
    decision: dict[str, Any] = {"operator_id": staff_member(connection), "refund_id": refund, "approves": True}
    assert ask(connection, "refund_decide", **decision, policy=POLICY) == {"reason": "payment_already_decided"}
    assert ask(connection, "refund_begin", refund_id=refund) == {"reason": "payment_already_decided"}
    assert payer.payment(payment)["refunded_tyiyn"] == ALL // 2
    assert_nothing_is_lost(connection, payer.user)


@pytest.mark.parametrize("kind", ["automatic", "manual"])
def test_an_approved_refund_ends_when_the_bank_has_given_the_money_back(connection: Connection, kind: str) -> None:
    payer, payment, attempt = paid(connection)
    refund = request(connection, payment, ALL, kind, limit=10**9)
    given_back_at_the_bank(payer, attempt, ALL // 2)
    closing = {"operator_id": staff_member(connection), "refund_id": refund, "ref": f"R {uuid4()}", "policy": POLICY}
    assert ask(connection, "refund_close", **closing) == {"reason": "payment_already_decided"}
    assert ask(connection, "refund_begin", refund_id=refund) == {"reason": "payment_already_decided"}
    assert payer.payment(payment)["refunded_tyiyn"] == ALL // 2
    ended = "select state || ': ' || failure_reason from refunds where id = %s"
    assert value(connection, ended, refund) == "rejected: given_back_at_bank"
    assert_nothing_is_lost(connection, payer.user)


def test_a_refund_of_what_is_left_goes_on(connection: Connection) -> None:
    payer, payment, attempt = paid(connection)
    refund = request(connection, payment, ALL // 4, "automatic", limit=10**9)
    given_back_at_the_bank(payer, attempt, ALL // 2)
    assert ask(connection, "refund_begin", refund_id=refund)["amount_tyiyn"] == ALL // 4


def test_of_several_refunds_that_wait_as_many_go_on_as_there_is_money_for(connection: Connection) -> None:
    payer, payment, attempt = paid(connection)
    refunds = [request(connection, payment, ALL // 4, "automatic", limit=10**9) for _ in range(4)]
    given_back_at_the_bank(payer, attempt, ALL // 2 + 1)
    begun = [ask(connection, "refund_begin", refund_id=refund).get("amount_tyiyn") for refund in refunds]
    assert begun == [ALL // 4, None, None, None]
