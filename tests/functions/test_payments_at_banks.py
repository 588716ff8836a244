"""Tier is ordered and paid at each bank: whatever its calls do, the tier starts once, or a person looks."""

from __future__ import annotations

import pytest

from tests.support.banks import MAKERS
from tests.support.paying import Paying
from tests.support.rows import rows

pytestmark = pytest.mark.parametrize("bank", MAKERS)


def test_an_order_has_the_servers_price_and_something_to_pay_with(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    assert (payment["amount"], payment["amount_tyiyn"], payment["currency"]) == (100, 10000, "KGS")
    assert (payment["tier"], payment["tier_code"], payment["status"]) == ("lite", "basic", "pending")
    assert paying.world.simulated(bank).amount_tyiyn == 10000
    pay = payment["pay"]
    assert pay["redirect_url"] or pay["qr_text"]
    assert (pay["qr_picture"] or "").startswith("<svg") == bool(pay["qr_text"])
    assert bool(pay["deep_links"]) == bool(pay["qr_text"])


def test_paid_is_paid_and_the_user_is_told(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    paying.world.act(bank, "pay")
    paying.wait_for_calls(1)
    read = paying.read(payment["id"])
    assert (read["state"], read["status"], read["pay"]) == ("completed", "completed", None)
    plan = paying.plan()
    assert (plan["tier"], plan["tier_code"], plan["listing_limit"]) == ("lite", "basic", 10)
    assert paying.periods() == 1
    told = rows(paying.database, "select type, message from notifications where user_id = %s", paying.user)
    assert [line[0] for line in told] == ["payment_completed"]
    assert "100 сом" in told[0][1]
    paying.assert_nothing_is_lost()


def test_a_lost_call_is_made_good_by_the_timer(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="lost")
    payment = paying.order(bank)
    paying.reconcile()
    assert paying.state(payment["id"]) == "pending"
    paying.world.act(bank, "pay")
    paying.reconcile()
    assert paying.state(payment["id"]) == "completed"
    assert paying.plan()["tier_code"] == "basic"


def test_a_lost_call_is_made_good_by_looking_at_the_payment(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="lost")
    payment = paying.order(bank)
    paying.world.act(bank, "pay")
    assert paying.read(payment["id"])["state"] == "completed"


def test_five_calls_at_once_start_one_period(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="five_times")
    payment = paying.order(bank)
    paying.world.act(bank, "pay")
    paying.wait_for_calls(5)
    assert paying.state(payment["id"]) == "completed"
    assert paying.periods() == 1
    deliveries = "select max(deliveries), count(*) from payment_webhook_events where payment_id = %s"
    assert rows(paying.database, deliveries, payment["id"]) == [(5, 1)]


def test_calls_in_the_wrong_order_end_the_same(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="out_of_order")
    payment = paying.order(bank)
    paying.world.act(bank, "pay")
    paying.wait_for_calls(1)
    paying.reconcile()
    assert paying.state(payment["id"]) == "completed"
    assert paying.periods() == 1


def test_a_forged_call_changes_nothing(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="forged")
    payment = paying.order(bank)
    paying.wait_for_calls(1)
    assert paying.state(payment["id"]) == "pending"
    assert rows(
        paying.database, "select count(*) from payment_webhook_events where payment_id = %s", payment["id"]
    ) == [(0,)]


def test_less_money_waits_for_a_person(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    paying.world.act(bank, "pay", amount="60")
    paying.wait_for_calls(1)
    held = rows(paying.database, "select state, review_reason, paid_tyiyn from payments where id = %s", payment["id"])
    assert held == [("manual_review", "underpaid", 6000)]
    assert paying.read(payment["id"])["status"] == "pending"
    assert paying.periods() == 0
    paying.assert_nothing_is_lost()


def test_more_money_starts_the_tier_and_the_surplus_waits(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    paying.world.act(bank, "pay", amount="150")
    paying.wait_for_calls(1)
    state = rows(paying.database, "select state, overpaid_tyiyn from payments where id = %s", payment["id"])
    assert state == [("completed", 5000)]
    assert paying.periods() == 1
    paying.assert_nothing_is_lost()


def test_who_refuses_has_not_paid(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    paying.world.act(bank, "refuse")
    paying.reconcile()
    assert paying.state(payment["id"]) in ("failed", "canceled", "pending")
    assert paying.plan()["tier_code"] == "free"
    paying.assert_nothing_is_lost()


def test_money_after_the_order_has_expired_is_money(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="lost")
    payment = paying.order(bank)
    paying.world.act(bank, "expire")
    rows(
        paying.database,
        "update payments set expires_at = now() - interval '1 minute' where id = %s returning id",
        payment["id"],
    )
    paying.reconcile()
    assert paying.state(payment["id"]) == "expired"
    paying.world.act(bank, "pay")
    paying.reconcile()
    assert paying.state(payment["id"]) == "completed"
    assert paying.periods() == 1


def cancel_unheard(paying: Paying, bank: str, payment_id: str) -> None:
    """Give a payment up while the bank does not listen, so that its order can still be paid."""
    paying.world.turn(bank, "dead")
    answer = paying.call("POST", f"/payments/{payment_id}/cancel")
    assert answer.body["data"]["state"] == "canceled"
    paying.world.turn(bank, "ok")


def test_money_after_a_cancellation_is_money(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    cancel_unheard(paying, bank, payment["id"])
    paying.world.act(bank, "pay")
    paying.wait_for_calls(1)
    assert paying.state(payment["id"]) == "completed"
    assert paying.plan()["tier_code"] == "basic"
    paying.assert_nothing_is_lost()


def test_late_money_for_a_period_that_was_paid_again_waits_for_a_person(paying: Paying, bank: str) -> None:
    first = paying.order(bank)
    ref = paying.world.simulated(bank).ref
    cancel_unheard(paying, bank, first["id"])
    second = paying.order(bank)
    paying.world.act(bank, "pay")
    paying.wait_for_calls(1)
    assert paying.state(second["id"]) == "completed"
    paying.world.act(bank, "pay", ref=ref)
    paying.wait_for_calls(2)
    reason = rows(paying.database, "select state, review_reason from payments where id = %s", first["id"])
    assert reason == [("manual_review", "late_and_paid_again")]
    assert paying.periods() == 1
    paying.assert_nothing_is_lost()


def test_a_dead_bank_leaves_the_order_open_for_another_try(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, "dead")
    answer = paying.call("POST", "/payments", {"tier": "basic", "bank": bank})
    assert (answer.status, answer.code) == (503, "bank_unavailable")
    paying.world.turn(bank, "ok")
    payment = paying.order(bank)
    assert payment["pay"]
    assert rows(paying.database, "select count(*) from payments where user_id = %s", paying.user) == [(1,)]


def test_the_same_key_and_an_open_order_give_the_same_payment(paying: Paying, bank: str) -> None:
    headers = {"Idempotency-Key": "once"}
    first = paying.order(bank, headers=headers)
    assert paying.order(bank, headers=headers)["id"] == first["id"]
    again = paying.order(bank)
    assert (again["id"], again["pay"]) == (first["id"], first["pay"])
    assert len(paying.world.simulators[bank].orders) == 1
    other = paying.call("POST", "/payments", {"tier": "premium", "bank": bank}, headers=headers)
    assert (other.status, other.code) == (409, "idempotency_key_reused")
