"""Staff decisions about money: manual records, held payments, refunds, orphans, the second person, revenue metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.payers import PRICE, RULES, Connection, PayingUser, ask, assert_nothing_is_lost, value
from tests.support.sql_calls import calling

POLICY = {"second_person_tyiyn": 20000, "request_id": "req-1"}


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.connect() as opened:
        yield opened


@pytest.fixture
def payer(connection: Connection) -> PayingUser:
    """Return a paying user."""
    return PayingUser.new(connection)


@pytest.fixture
def anna(connection: Connection) -> str:
    """Return a staff member for money."""
    return PayingUser.new(connection, role="finance").user


@pytest.fixture
def boris(connection: Connection) -> str:
    """Another one."""
    return PayingUser.new(connection, role="admin").user


def by_hand(payer: PayingUser, staff_member: str, tier: str = "basic", **changes: Any) -> dict[str, Any]:
    """Money recorded by hand."""
    arguments = {"reason": "Перевод на счёт", "evidence": f"T-{uuid4()}", **changes}
    answer: dict[str, Any] = ask(
        payer.connection,
        "payment_record_by_hand",
        operator_id=staff_member,
        order={"user_id": payer.user, "tier": tier},
        policy=POLICY,
        **arguments,
    )
    return answer


def held(payer: PayingUser, tier: str = "basic", **report: Any) -> str:
    """Return a payment that waits for a person."""
    payment, attempt = payer.attempt(tier)
    said = {"amount_tyiyn": PRICE[tier] // 2, **report}
    assert payer.settle(attempt, **said)["state"] == "manual_review"
    return payment


def decide(payer: PayingUser, staff_member: str, payment: str, action: str, *, evidence: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = ask(
        payer.connection,
        "payment_decide",
        operator_id=staff_member,
        payment_id=payment,
        action=action,
        reason="Видно в выписке",
        evidence=evidence,
        policy=POLICY,
    )
    return answer


def refund(payer: PayingUser, staff_member: str, payment: str, amount: int, kind: str = "manual") -> dict[str, Any]:
    answer: dict[str, Any] = ask(
        payer.connection,
        "refund_request",
        operator_id=staff_member,
        payment_id=payment,
        amount_tyiyn=amount,
        reason="По просьбе",
        kind=kind,
        policy=POLICY,
    )
    return answer


def close(payer: PayingUser, staff_member: str, refund_id: str, number: str) -> dict[str, Any]:
    answer: dict[str, Any] = ask(
        payer.connection, "refund_close", operator_id=staff_member, refund_id=refund_id, ref=number, policy=POLICY
    )
    return answer


def test_one_number_of_the_bank_closes_one_refund_of_a_payment(payer: PayingUser, anna: str) -> None:
    payment, attempt = payer.attempt("basic")
    payer.settle(attempt)
    one, other = (refund(payer, anna, payment, 1000)["refund"]["id"] for _ in range(2))
    first, second = (f"R {uuid4()}" for _ in range(2))

    assert close(payer, anna, one, first)["refund"]["state"] == "done"
    assert close(payer, anna, other, first) == {"reason": "payment_evidence_used"}
    assert close(payer, anna, other, second)["refund"]["state"] == "done"


def refunds_of_two_payments(connection: Connection, staff_member: str, *banks: str) -> list[tuple[PayingUser, str]]:
    """Return open refunds of payments of different users, one at each bank."""
    found = []
    for bank in banks:
        payer = PayingUser.new(connection)
        payment = payer.bought(bank=bank)
        found.append((payer, refund(payer, staff_member, payment, 1000)["refund"]["id"]))
    return found


def test_a_number_of_a_bank_closes_no_refund_of_another_payment(connection: Connection, anna: str) -> None:
    number = f"R {uuid4()}"
    (one, first), (two, second), (three, third) = refunds_of_two_payments(connection, anna, "mbank", "mbank", "odengi")
    assert close(one, anna, first, number)["refund"]["state"] == "done"
    assert close(two, anna, second, number) == {"reason": "payment_evidence_used"}
    assert close(three, anna, third, number)["refund"]["state"] == "done", "another bank has numbers of its own"
    for payer in (one, two, three):
        assert_nothing_is_lost(connection, payer.user)


def test_of_two_refunds_closed_with_one_number_at_once_one_is(database: Database, connection: Connection) -> None:
    anna, number = PayingUser.new(connection, role="finance").user, f"R {uuid4()}"
    refunds = [each for _, each in refunds_of_two_payments(connection, anna, *["mbank"] * 8)]
    closing = {"p_operator_id": anna, "p_ref": number, "p_policy": Jsonb(POLICY)}
    answers = at_once(database, [calling("refund_close", p_refund_id=each, **closing) for each in refunds])
    assert sorted(str(answer.get("reason")) for answer in answers) == ["None"] + ["payment_evidence_used"] * 7


def test_money_by_hand_starts_a_tier_and_its_evidence_is_good_once(payer: PayingUser, anna: str) -> None:
    answer = by_hand(payer, anna, evidence="BANK-1")
    assert (answer["payment"]["state"], answer["waits"]) == ("completed", False)
    assert payer.periods() == [("basic", 30)]
    assert by_hand(payer, anna, evidence="BANK-1") == {"reason": "payment_evidence_used"}
    assert by_hand(PayingUser.new(payer.connection), anna, evidence="BANK-1") == {"reason": "payment_evidence_used"}
    logged = (
        "select details ->> 'evidence' from audit_log where actor_user_id = %s and action = 'payment.record_by_hand'"
    )
    assert value(payer.connection, logged, anna) == "BANK-1"
    assert_nothing_is_lost(payer.connection, payer.user)


@pytest.mark.parametrize("role", ["user", "moderator"])
def test_nobody_else_touches_money(payer: PayingUser, role: str) -> None:
    stranger = PayingUser.new(payer.connection, role=role).user
    payment = held(payer)
    refused = {"reason": "forbidden"}
    assert by_hand(payer, stranger) == refused
    assert decide(payer, stranger, payment, "release") == refused
    assert refund(payer, stranger, payment, 1) == refused
    assert ask(payer.connection, "billing_queue", operator_id=stranger, limit=10) == refused
    assert (
        ask(payer.connection, "billing_metrics", operator_id=stranger, since="2026-01-01", until="2026-02-01")
        == refused
    )


def test_above_the_limit_a_second_person_approves(payer: PayingUser, anna: str, boris: str) -> None:
    answer = by_hand(payer, anna, "premium")
    assert (answer["payment"]["state"], answer["waits"]) == ("manual_review", True)
    assert payer.periods() == []
    approval = value(
        payer.connection, "select id::text from payment_approvals where payment_id = %s", answer["payment"]["id"]
    )

    def approve(who: str, *, approves: bool = True) -> dict[str, Any]:
        said: dict[str, Any] = ask(
            payer.connection,
            "payment_approval_decide",
            operator_id=who,
            approval_id=approval,
            approves=approves,
            policy=POLICY,
        )
        return said

    assert approve(anna) == {"reason": "second_person_required"}
    assert approve(boris)["payment"]["state"] == "completed"
    assert approve(boris) == {"reason": "payment_already_decided"}
    assert payer.periods() == [("premium", 30)]
    with pytest.raises(psycopg.errors.CheckViolation):
        payer.connection.execute("update payment_approvals set decided_by = asked_by where id = %s", [approval])


def test_a_held_payment_is_released_by_a_person(payer: PayingUser, anna: str) -> None:
    payment = held(payer)
    assert decide(payer, anna, payment, "release", evidence="S-1")["payment"]["state"] == "completed"
    assert payer.periods() == [("basic", 30)]
    assert decide(payer, anna, payment, "release") == {"reason": "payment_already_decided"}
    assert_nothing_is_lost(payer.connection, payer.user)


def test_money_that_only_an_unsigned_call_spoke_of_counts_once_it_was_seen(payer: PayingUser, anna: str) -> None:
    payment = held(payer, amount_tyiyn=PRICE["basic"], is_confirmed=False)
    assert payer.payment(payment)["paid_tyiyn"] == 0
    decide(payer, anna, payment, "release", evidence="S-2")
    assert payer.payment(payment)["paid_tyiyn"] == PRICE["basic"]
    assert_nothing_is_lost(payer.connection, payer.user)


def test_a_held_payment_with_money_is_refunded_and_not_rejected(payer: PayingUser, anna: str) -> None:
    payment = held(payer)
    assert decide(payer, anna, payment, "reject") == {"reason": "payment_already_decided"}
    asked = refund(payer, anna, payment, 5000)
    assert asked["refund"]["state"] == "approved"
    close(payer, anna, asked["refund"]["id"], f"R {uuid4()}")
    assert payer.payment(payment)["state"] == "refunded"
    assert_nothing_is_lost(payer.connection, payer.user)
    nothing_came = held(payer, is_test=True)
    assert decide(payer, anna, nothing_came, "reject")["payment"]["state"] == "failed"


def test_a_refund_by_hand_is_closed_with_the_banks_number_and_takes_the_tier_back(payer: PayingUser, anna: str) -> None:
    payment = payer.bought()
    asked = refund(payer, anna, payment, 10000)["refund"]
    assert refund(payer, anna, payment, 1) == {"reason": "refund_too_large"}
    assert payer.payment(payment)["state"] == "completed"
    assert close(payer, anna, asked["id"], "R-7")["refund"]["state"] == "done"
    assert payer.payment(payment)["state"] == "refunded"
    assert payer.periods() == []
    assert close(payer, anna, asked["id"], "R-7") == {"reason": "payment_already_decided"}
    assert payer.told()[-1] == "payment_refunded"
    assert_nothing_is_lost(payer.connection, payer.user)


def test_a_large_refund_needs_two_people(payer: PayingUser, anna: str, boris: str) -> None:
    payment = payer.bought("premium")
    asked = refund(payer, anna, payment, 50000)
    assert (asked["refund"]["state"], asked["waits"]) == ("requested", True)
    assert close(payer, anna, asked["refund"]["id"], f"R {uuid4()}") == {"reason": "payment_already_decided"}

    def approve(who: str) -> dict[str, Any]:
        said: dict[str, Any] = ask(
            payer.connection,
            "refund_decide",
            operator_id=who,
            refund_id=asked["refund"]["id"],
            approves=True,
            policy=POLICY,
        )
        return said

    assert approve(anna) == {"reason": "second_person_required"}
    assert approve(boris)["refund"]["state"] == "approved"
    assert close(payer, anna, asked["refund"]["id"], f"R {uuid4()}")["refund"]["state"] == "done"


def test_the_surplus_goes_back_and_the_tier_stays(payer: PayingUser, anna: str) -> None:
    payment, attempt = payer.attempt()
    payer.settle(attempt, amount_tyiyn=15000)
    asked = refund(payer, anna, payment, 5000)["refund"]
    close(payer, anna, asked["id"], f"R {uuid4()}")
    assert payer.payment(payment)["state"] == "completed"
    assert payer.periods() == [("basic", 30)]
    assert_nothing_is_lost(payer.connection, payer.user)


def test_money_without_an_order_waits_until_it_is_matched(payer: PayingUser, anna: str) -> None:
    report = {"state": "paid", "amount_tyiyn": 10000, "provider_ref": f"lost-{uuid4()}", "is_confirmed": True}
    for _ in range(2):
        found = ask(
            payer.connection,
            "payment_orphan_found",
            provider="mbank",
            report=report,
            is_money=True,
            event_id=None,
            outcome="no order of ours",
        )
    orphans = ask(payer.connection, "billing_queue", operator_id=anna, limit=1000)["orphans"]
    [orphan] = [row for row in orphans if row["provider_ref"] == report["provider_ref"]]
    assert found["orphan_id"] is None
    payment, _ = payer.attempt()

    def resolve(action: str) -> dict[str, Any]:
        said: dict[str, Any] = ask(
            payer.connection,
            "payment_orphan_resolve",
            operator_id=anna,
            orphan_id=orphan["id"],
            action=action,
            payment_id=payment,
            resolution="Тот же телефон",
            rules=RULES,
            policy=POLICY,
        )
        return said

    assert resolve("match")["state"] == "completed"
    assert resolve("dismiss") == {"reason": "payment_already_decided"}
    assert payer.periods() == [("basic", 30)]
    assert_nothing_is_lost(payer.connection, payer.user)


def test_figures_say_what_came_in_and_what_repeats(connection: Connection, anna: str) -> None:
    today = value(connection, "select (now() at time zone 'Asia/Bishkek')::date::text")
    tomorrow = value(connection, "select ((now() at time zone 'Asia/Bishkek')::date + 1)::text")

    def metrics() -> dict[str, Any]:
        found: dict[str, Any] = ask(connection, "billing_metrics", operator_id=anna, since=today, until=tomorrow)
        return found

    def of(rows: list[dict[str, Any]], key: str) -> tuple[int, int]:
        return next(((row["paid_tyiyn"], row["payments"]) for row in rows if row["key"] == key), (0, 0))

    def declined(found: dict[str, Any]) -> int:
        return sum(
            row["count"] for row in found["failures"] if (row["bank"], row["reason"]) == ("bakai", "bank_declined")
        )

    before = metrics()
    for tier in ("basic", "premium", "premium"):
        PayingUser.new(connection).bought(tier, "bakai")
    _, attempt = PayingUser.new(connection).attempt("basic", "bakai")
    PayingUser(connection, "").settle(attempt, "failed")
    after = metrics()
    for split, key in (("by_bank", "bakai"), ("by_day", today)):
        old, new = of(before[split], key), of(after[split], key)
        assert (new[0] - old[0], new[1] - old[1]) == (110000, 3)
    assert of(after["by_tier"], "premium")[1] - of(before["by_tier"], "premium")[1] == 2
    assert after["subscriptions"]["mrr_tyiyn"] - before["subscriptions"]["mrr_tyiyn"] == 110000
    assert after["subscriptions"]["subscribers"] - before["subscriptions"]["subscribers"] == 3
    assert after["orders"]["orders"] - before["orders"]["orders"] == 4
    assert after["orders"]["paid"] - before["orders"]["paid"] == 3
    assert declined(after) - declined(before) == 1
    assert 0 < after["orders"]["conversion"] <= 1
    assert after["orders"]["median_seconds_to_pay"] >= 0
