"""Payments under concurrency and with processes that die between any two steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from auto360.container import billing
from auto360.core.identity import Principal
from auto360.domains.billing.orders import Payer
from tests.support.banks import MAKERS
from tests.support.crashable_process import Mortal
from tests.support.market import new_user_id
from tests.support.payers import PayingUser
from tests.support.paying import Paying, event_of
from tests.support.rows import rows

at_every_bank = pytest.mark.parametrize("bank", MAKERS)


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    """Yield a process in which functions are killed."""
    process = Mortal.start()
    yield process
    process.stop()


def assert_paid_once(paying: Paying, payment_id: str) -> None:
    """Require exactly one paid tier."""
    assert paying.state(payment_id) == "completed"
    assert paying.periods() == 1
    paying.assert_nothing_is_lost()


@at_every_bank
def test_call_five_times_and_return_page_and_timer_at_the_same_moment_start_one_period(
    paying: Paying, bank: str
) -> None:
    payment = paying.order(bank)
    call = paying.caught_call(bank)
    principal = Principal(paying.user, "", paying.database.user_token(paying.user))
    asking = Payer(principal, "198.51.100.7", "", "ru", "req-1")
    rows(paying.database, "update payments set next_check_at = now() where id = %s returning id", payment["id"])
    barrier = threading.Barrier(8)

    def together(work: Callable[[], object]) -> object:
        barrier.wait(30)
        return work()

    everybody: list[Callable[[], object]] = [
        *[lambda: billing.bank_webhooks().receive(bank, call, request_id="req-1")] * 5,
        *[lambda: billing.orders().read(asking, payment["id"])] * 2,
        lambda: billing.reconciler().run(),
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(together, everybody))
    assert_paid_once(paying, payment["id"])
    completed = "select count(*) from payment_events where payment_id = %s and event = 'completed'"
    assert rows(paying.database, completed, payment["id"]) == [(1,)]
    told = "select count(*) from notifications where user_id = %s and type = 'payment_completed'"
    assert rows(paying.database, told, paying.user) == [(1,)]


@at_every_bank
def test_a_process_that_dies_while_it_handles_a_banks_call_loses_nothing(
    paying: Paying, mortal: Mortal, bank: str
) -> None:
    for step in range(1, 50):
        payment = paying.order(bank)
        call = paying.caught_call(bank)
        if not mortal.dies(step, "payment_webhook", event_of(call)):
            break
        paying.reconcile()
        assert paying.state(payment["id"]) == "completed", step
        assert paying.periods() == step, step
        paying.assert_nothing_is_lost()
        paying.world.merchant.calls.clear()
    assert step > 5


@at_every_bank
def test_a_timer_that_dies_loses_nothing(paying: Paying, mortal: Mortal, bank: str) -> None:
    paying.world.turn(bank, callbacks="lost")
    for step in range(1, 50):
        payment = paying.order(bank)
        paying.world.act(bank, "pay")
        rows(paying.database, "update payments set next_check_at = now() where id = %s returning id", payment["id"])
        if not mortal.dies(step, "payment_reconciler", {"messages": []}):
            break
        paying.reconcile()
        assert paying.state(payment["id"]) == "completed", step
        assert paying.periods() == step, step
        paying.assert_nothing_is_lost()
    assert step > 5


@at_every_bank
def test_a_process_that_dies_while_it_orders_leaves_an_order_that_can_be_paid(
    paying: Paying, mortal: Mortal, bank: str
) -> None:
    for step in range(1, 50):
        orders = len(paying.world.simulators[bank].orders)
        headers = {"Idempotency-Key": f"killed-{step}"}
        if not mortal.dies(step, "payments", paying.order_event(bank, headers=headers)):
            break
        made = len(paying.world.simulators[bank].orders) > orders
        rows(
            paying.database,
            "with a as (update payment_attempts set created_at = created_at - interval '15 seconds'"
            " where state = 'created' returning 1) select count(*) from a",
        )
        payment = paying.order(bank, headers=headers) if step % 3 == 0 or not made else None
        paying.world.act(bank, "pay")
        paying.wait_for_calls(1)
        paying.answered.clear()
        paying.reconcile()
        newest = rows(
            paying.database, "select id::text from payments where user_id = %s order by created_at desc", paying.user
        )
        assert payment is None or newest[0][0] == payment["id"]
        assert paying.state(newest[0][0]) == "completed", step
        assert paying.periods() == len(newest), step
        paying.assert_nothing_is_lost()
    assert step > 5


def test_a_timer_that_dies_while_it_refunds_never_gives_the_money_back_twice(paying: Paying, mortal: Mortal) -> None:
    outcomes: set[tuple[str, str, int]] = set()
    for step in range(1, 60):
        payment = paying.order("freedompay")
        calls = len(paying.answered)
        paying.world.act("freedompay", "pay")
        paying.wait_for_calls(calls + 1)
        simulated = paying.world.simulated("freedompay")
        approve_refund(paying, payment["id"])
        killed = mortal.dies(step, "payment_reconciler", {"messages": []})
        for _ in range(3):
            let_refund_wait(paying, payment["id"])
            paying.reconcile()
        # Killed just before the call, a refund stays in processing for staff: the bank may have executed it.
        [(state,)] = rows(paying.database, "select state from refunds where payment_id = %s", payment["id"])
        outcomes.add((state, paying.state(payment["id"]), len(simulated.refunds)))
        paying.assert_nothing_is_lost()
        if not killed:
            break
    assert step > 5
    assert outcomes == {("done", "refunded", 1), ("processing", "completed", 0)}


def approve_refund(paying: Paying, payment_id: str) -> None:
    """Create an approved refund for the timer."""
    rows(
        paying.database,
        "insert into refunds (payment_id, amount_tyiyn, kind, reason, state, approved_at)"
        " values (%s, 10000, 'automatic', 'По просьбе', 'approved', now()) returning id",
        payment_id,
    )


def let_refund_wait(paying: Paying, payment_id: str) -> None:
    """Let the pause pass after which a refund is asked about."""
    with paying.database.connect() as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update refunds set updated_at = now() - interval '5 minutes' where payment_id = %s", [payment_id]
        )


def test_a_timer_that_dies_while_it_debits_a_card_debits_it_once(paying: Paying, mortal: Mortal) -> None:
    paying.functions.set(RENEWAL_FROM_HOUR="0", RENEWAL_TO_HOUR="24")
    for step in range(1, 60):
        paying.user = new_user_id(paying.database)
        body = {"tier": "basic", "bank": "freedompay", "keep_card": True}
        calls = len(paying.answered)
        assert paying.call("POST", "/payments", body).status == 200
        paying.world.act("freedompay", "pay")
        paying.wait_for_calls(calls + 1)
        let_pass(paying, "29 days 12 hours")
        killed = mortal.dies(step, "subscription_renewal", {"messages": []})
        let_pass(paying, "21 hours")
        renew(paying)
        paying.reconcile()
        assert paying.periods() == 2, step
        paying.assert_nothing_is_lost()
        if not killed:
            break
    assert step > 5


def let_pass(paying: Paying, interval: str) -> None:
    """Let time pass for the plan of this user alone."""
    with paying.database.connect() as connection:
        PayingUser(connection, paying.user).wait(interval)


def renew(paying: Paying) -> None:
    """Run the timer of subscriptions, also where a killed run still holds the lease."""
    rows(
        paying.database,
        "with l as (update job_leases set holder = null, lease_until = null where job = 'subscription_renewal'"
        " returning 1) select count(*) from l",
    )
    paying.functions.handler("subscription_renewal")({"messages": []}, None)
