"""Bank's signed call and the bank's own answer differ: nothing is paid before the bank, asked, says so."""

from __future__ import annotations

import dataclasses

import pytest

from auto360.providers.payments import Callback
from tests.support.banks import MAKERS
from tests.support.payers import connected, waiting_for_a_person
from tests.support.paying import Paying
from tests.support.rows import rows

at_signing_banks = pytest.mark.parametrize("bank", ["odengi", "freedompay"])
ITS_TIME_IS_OVER = "update payments set expires_at = now() - interval '1 minute' where id = %s returning id"


def call_without_money(paying: Paying, bank: str, **body: object) -> tuple[str, Callback]:
    """Return a payment, and a genuine call about its money, of which the bank, asked, knows nothing."""
    answer = paying.call("POST", "/payments", {"tier": "basic", "bank": bank, **body})
    call = paying.caught_call(bank)
    paying.world.simulated(bank).payments.clear()
    return str(answer.body["data"]["id"]), call


def money_arrives(paying: Paying, bank: str) -> None:
    """Pay at the bank, and lose its webhooks."""
    paying.world.turn(bank, callbacks="lost")
    paying.world.act(bank, "pay")


@at_signing_banks
def test_what_only_the_call_says_is_asked_again_and_paid_when_the_bank_says_so(paying: Paying, bank: str) -> None:
    payment, call = call_without_money(paying, bank)
    assert paying.deliver(call) == 200
    assert paying.state(payment) == "pending"
    soon = "select next_check_at < now() + interval '2 minutes' from payments where id = %s"
    assert rows(paying.database, soon, payment) == [(True,)]
    money_arrives(paying, bank)
    paying.reconcile()
    assert paying.state(payment) == "completed"
    paying.assert_nothing_is_lost()


@at_signing_banks
def test_a_repeat_of_a_call_that_came_too_early_is_acted_upon(paying: Paying, bank: str) -> None:
    payment, call = call_without_money(paying, bank)
    paying.deliver(call)
    money_arrives(paying, bank)
    assert paying.deliver(call) == 200
    assert paying.state(payment) == "completed"
    assert paying.deliver(call) == 200
    assert paying.periods() == 1


@at_signing_banks
def test_while_the_bank_cannot_be_asked_its_call_waits(paying: Paying, bank: str) -> None:
    payment, call = call_without_money(paying, bank)
    paying.world.turn(bank, "http_500")
    assert paying.deliver(call) == 503
    assert paying.state(payment) == "pending"
    paying.world.turn(bank, "ok")
    money_arrives(paying, bank)
    paying.reconcile()
    assert paying.state(payment) == "completed"


@at_signing_banks
def test_a_bank_that_cannot_be_asked_for_a_day_leaves_the_call_to_a_person(paying: Paying, bank: str) -> None:
    payment, call = call_without_money(paying, bank)
    paying.world.turn(bank, "http_500")
    paying.deliver(call)
    older = """update payment_webhook_events set created_at = now() - interval '2 days' where payment_id = %s
        returning id"""
    rows(paying.database, older, payment)
    paying.reconcile()
    held = "select state, review_reason, paid_tyiyn from payments where id = %s"
    assert rows(paying.database, held, payment) == [("manual_review", "unconfirmed", 0)]
    assert paying.periods() == 0
    paying.world.turn(bank, "ok")


@at_signing_banks
def test_a_contradiction_that_outlasts_the_order_is_looked_at_by_a_person(paying: Paying, bank: str) -> None:
    payment, call = call_without_money(paying, bank)
    paying.deliver(call)
    rows(paying.database, ITS_TIME_IS_OVER, payment)
    paying.reconcile()
    held = "select state, review_reason, paid_tyiyn from payments where id = %s"
    assert rows(paying.database, held, payment) == [("manual_review", "unconfirmed", 0)]
    with connected(paying.database) as connection:
        assert payment in waiting_for_a_person(connection)
    money_arrives(paying, bank)
    paying.reconcile()
    assert paying.state(payment) == "completed"
    paying.assert_nothing_is_lost()


def test_a_card_is_kept_with_the_repeat_of_the_call_once_the_payment_is_paid(paying: Paying) -> None:
    payment, call = call_without_money(paying, "freedompay", keep_card=True)
    kept = "select count(*) from payment_profiles where user_id = %s"
    assert paying.deliver(call) == 503, "only a repeat brings the card again"
    assert rows(paying.database, kept, paying.user) == [(0,)]
    money_arrives(paying, "freedompay")
    paying.reconcile()
    assert paying.state(payment) == "completed"
    assert paying.deliver(call) == 200
    assert paying.deliver(call) == 200
    assert rows(paying.database, kept, paying.user) == [(1,)]


@pytest.mark.parametrize("bank", MAKERS)
def test_a_genuine_call_at_an_address_of_another_form_is_not_believed(paying: Paying, bank: str) -> None:
    payment = paying.order(bank)
    call = paying.caught_call(bank)
    has_secret = bank in ("mbank", "bakai")
    path = f"/webhooks/payments/{bank}" if has_secret else f"{call.path}/anything"
    assert paying.deliver(dataclasses.replace(call, path=path)) == 403
    assert paying.state(payment["id"]) == "pending"
    assert paying.deliver(call) == 200
    assert paying.state(payment["id"]) == "completed"
