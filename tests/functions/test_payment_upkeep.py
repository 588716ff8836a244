"""Timers and staff with simulated banks: statements, refunds by API, card debits, renewals."""

from __future__ import annotations

from typing import Any

import pytest

from auto360.container import billing
from auto360.core.errors import Forbidden
from auto360.core.refusals.billing import RefundDecided, SecondPersonRequired
from auto360.domains.billing import refunds
from auto360.domains.billing.operations import ActingStaff, ByHand
from tests.support.paying import Paying
from tests.support.rows import rows
from tests.support.sms import SmsWorld


def staff_member(paying: Paying, role: str = "finance") -> ActingStaff:
    [(user,)] = rows(
        paying.database,
        "insert into accounts (phone, role) values ('+99698' || lpad((random() * 9999999)::int::text, 7, '0'), %s)"
        " returning id::text",
        role,
    )
    return ActingStaff(str(user), "req-1")


def paid(paying: Paying, bank: str, tier: str = "basic", **body: Any) -> str:
    """Return a paid tier."""
    answer = paying.call("POST", "/payments", {"tier": tier, "bank": bank, **body})
    assert answer.status == 200, answer.body
    payment = str(answer.body["data"]["id"])
    count = len(paying.answered)
    paying.world.act(bank, "pay")
    paying.wait_for_calls(count + 1)
    assert paying.state(payment) == "completed"
    return payment


def yesterday(paying: Paying, bank: str) -> None:
    """Move everything at the bank and here a day back, with no day compared yet."""
    for order in paying.world.simulators[bank].orders.values():
        order.made_at -= 86400
        order.payments = [type(paid)(paid.number, paid.amount_tyiyn, paid.at - 86400) for paid in order.payments]
    rows(
        paying.database,
        "with a as (update payment_attempts set paid_at = paid_at - interval '1 day' where payment_id in"
        " (select id from payments where user_id = %s)), c as (delete from payment_comparisons where provider = %s)"
        " select 1",
        paying.user,
        bank,
    )


def compare(paying: Paying, bank: str) -> list[dict[str, Any]]:
    """Return the gaps of yesterday, found by the timer at whatever time it is."""
    reconciler = billing.reconciler()
    [(day, since, until)] = rows(
        paying.database,
        "insert into payment_comparisons (provider, day) values (%s, (now() at time zone 'Asia/Bishkek')::date - 1)"
        " returning day::text, (day::timestamp at time zone 'Asia/Bishkek')::text,"
        " ((day + 1)::timestamp at time zone 'Asia/Bishkek')::text",
        bank,
    )
    lists = reconciler._lists_of(bank)
    assert lists is not None
    reconciler._compare(bank, lists, {"day": day, "since": since, "until": until})
    [(gaps,)] = rows(paying.database, "select gaps from payment_comparisons where provider = %s", bank)
    found: list[dict[str, Any]] = gaps
    return found


@pytest.mark.parametrize("bank", ["mbank", "optima"])
def test_the_list_of_a_day_finds_a_payment_that_nobody_heard_of(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="lost")
    payment = paying.order(bank)
    paying.world.act(bank, "pay")
    yesterday(paying, bank)
    compare(paying, bank)
    assert paying.state(payment["id"]) == "completed"
    assert paying.periods() == 1


@pytest.mark.parametrize("bank", ["mbank", "optima"])
def test_money_in_the_list_without_an_order_is_a_gap_and_waits_for_a_person(paying: Paying, bank: str) -> None:
    paying.world.turn(bank, callbacks="lost")
    payment = paying.order(bank)
    simulated = paying.world.simulated(bank)
    simulated.our_id = simulated.description = "of-another-system"
    simulated.extra = {"metadata": "{}"}
    rows(
        paying.database,
        "update payment_attempts set provider_ref = 'other-' || id where payment_id = %s returning id",
        payment["id"],
    )
    paying.world.act(bank, "pay")
    yesterday(paying, bank)
    # Optima's statement has the number of a receipt instead of the order's.
    number = simulated.ref if bank == "mbank" else simulated.payments[-1].number[-6:]
    gaps = [gap for gap in compare(paying, bank) if gap["kind"] == "missing_here"]
    assert [gap["provider_ref"].endswith(number) for gap in gaps] == [True]
    found = rows(paying.database, "select state from payment_orphans where provider_ref = %s", gaps[0]["provider_ref"])
    assert found == [("open",)]


def test_a_refund_in_the_banks_cabinet_is_found_and_takes_the_tier_back(paying: Paying) -> None:
    payment = paid(paying, "mbank")
    paying.world.turn("mbank", callbacks="lost")
    paying.world.act("mbank", "refund")
    yesterday(paying, "mbank")
    compare(paying, "mbank")
    assert paying.state(payment) == "refunded"
    assert rows(paying.database, "select kind, state from refunds where payment_id = %s", payment) == [
        ("external", "done")
    ]
    assert paying.periods() == 0
    paying.assert_nothing_is_lost()


def test_a_refund_goes_to_the_bank_by_call_once(paying: Paying) -> None:
    payment = paid(paying, "freedompay")
    refund = billing.operations().refund(
        staff_member(paying), payment, bank="freedompay", amount_tyiyn=10000, reason="По просьбе"
    )["refund"]
    for _ in range(3):
        _older_refund(paying, payment)
        paying.reconcile()
    assert rows(paying.database, "select kind, state from refunds where payment_id = %s", payment) == [
        ("automatic", "done")
    ]
    assert paying.state(payment) == "refunded"
    assert paying.plan()["tier_code"] == "free"
    assert len(paying.world.simulated("freedompay").refunds) == 1
    with pytest.raises(RefundDecided):
        billing.refunding().send(refund["id"], actor={"kind": "timer"})
    paying.assert_nothing_is_lost()


def test_a_refund_whose_answer_was_lost_is_asked_about_and_not_repeated(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refunds, "REFUND_SECONDS", 0.5)
    payment = paid(paying, "freedompay")
    paying.world.turn("freedompay", "slow_made", seconds=30)
    billing.operations().refund(
        staff_member(paying), payment, bank="freedompay", amount_tyiyn=10000, reason="По просьбе"
    )
    paying.world.turn("freedompay", "ok")
    assert rows(paying.database, "select state from refunds where payment_id = %s", payment) == [("processing",)]
    _older_refund(paying, payment)
    paying.reconcile()
    assert paying.state(payment) == "refunded"
    assert len(paying.world.simulated("freedompay").refunds) == 1


def _older_refund(paying: Paying, payment: str) -> None:
    """Let the pause pass after which the bank is asked: the trigger would write the present time."""
    with paying.database.connect() as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update refunds set updated_at = now() - interval '5 minutes' where payment_id = %s", [payment]
        )


def test_where_a_bank_has_no_refund_by_call_it_is_a_task(paying: Paying) -> None:
    payment = paid(paying, "odengi")
    anna = staff_member(paying)
    refund = billing.operations().refund(anna, payment, bank="odengi", amount_tyiyn=10000, reason="По просьбе")[
        "refund"
    ]
    assert (refund["kind"], refund["state"]) == ("manual", "approved")
    assert [row["id"] for row in billing.operations().queue(anna)["refunds"] if row["payment_id"] == payment] == [
        refund["id"]
    ]
    billing.operations().close_refund(anna, refund["id"], bank_number="CAB-1")
    assert paying.state(payment) == "refunded"


def test_operators_work_through_the_domain(paying: Paying) -> None:
    operations, anna, boris = billing.operations(), staff_member(paying), staff_member(paying, "admin")
    with pytest.raises(Forbidden):
        operations.queue(staff_member(paying, "moderator"))
    order = ByHand(paying.user, "enterprise", amount_tyiyn=500_000, period_days=90, listing_limit=200)
    made = operations.record_by_hand(anna, order, reason="Договор 7", evidence="ST-77")
    assert made["waits"] is True
    [approval] = [
        row["waiting"]["id"] for row in operations.queue(anna)["payments"] if row["id"] == made["payment"]["id"]
    ]
    with pytest.raises(SecondPersonRequired):
        operations.approve(anna, approval, approves=True)
    operations.approve(boris, approval, approves=True)
    assert (paying.plan()["tier"], paying.plan()["listing_limit"]) == ("pro", 200)


def let_pass(paying: Paying, interval: str) -> None:
    """Let time pass for what the user has."""
    from tests.support.payers import PayingUser

    with paying.database.connect() as connection:
        PayingUser(connection, paying.user).wait(interval)


def renew(paying: Paying) -> None:
    """Run the timer of subscriptions at an hour at which people are awake."""
    paying.functions.set(RENEWAL_FROM_HOUR="0", RENEWAL_TO_HOUR="24")
    report = paying.functions.handler("subscription_renewal")({"messages": []}, None)
    assert "skipped" not in report


def debits(paying: Paying) -> int:
    """Tries to debit the user's card for the next period."""
    query = """select count(*) from payment_attempts a join payments p on p.id = a.payment_id
        where p.user_id = %s and p.payment_type = 'renewal'"""
    return int(rows(paying.database, query, paying.user)[0][0])


def test_a_card_that_may_be_kept_is_debited_for_the_next_period(paying: Paying) -> None:
    paid(paying, "freedompay", keep_card=True)
    stored = rows(paying.database, "select token_encrypted from payment_profiles where user_id = %s", paying.user)
    assert stored[0][0].startswith("v1.k1.")
    assert paying.plan()["subscription"]["auto_renew"] is True
    let_pass(paying, "29 days 12 hours")
    renew(paying)
    renew(paying)
    assert debits(paying) == 1
    paying.reconcile()
    assert paying.periods() == 2
    paying.assert_nothing_is_lost()


def test_without_leave_no_card_is_kept(paying: Paying) -> None:
    paid(paying, "freedompay")
    assert rows(paying.database, "select count(*) from payment_profiles where user_id = %s", paying.user) == [(0,)]
    let_pass(paying, "29 days 12 hours")
    renew(paying)
    assert debits(paying) == 0


def test_at_a_bank_renewal_is_an_order_that_the_user_opens(paying: Paying) -> None:
    paid(paying, "optima")
    let_pass(paying, "28 days")
    renew(paying)
    renew(paying)
    [waiting] = paying.plan()["open_payments"]
    assert (waiting["payment_type"], waiting["bank"], waiting["pay"]) == ("renewal", "optima", None)
    action = "select action_url from notifications where user_id = %s and type = 'subscription_ending'"
    assert rows(paying.database, action, paying.user) == [(f"app360://payments/{waiting['id']}",)]
    assert paying.order("optima")["id"] == waiting["id"]
    count = len(paying.answered)
    paying.world.act("optima", "pay")
    paying.wait_for_calls(count + 1)
    assert paying.periods() == 2
    assert paying.plan()["open_payments"] == []


def test_a_plan_is_changed_by_its_user(paying: Paying) -> None:
    assert paying.call("POST", "/subscriptions/cancel").code == "subscription_none"
    paid(paying, "odengi", "premium")
    plan = paying.call("POST", "/subscriptions/downgrade", {"tier": "lite"}).body["data"]["subscription"]
    assert (plan["next_tier"], plan["next_tier_code"]) == ("lite", "basic")
    assert paying.call("POST", "/subscriptions/resume").body["data"]["subscription"]["next_tier"] is None
    assert paying.call("POST", "/subscriptions/cancel").body["data"]["subscription"]["ends_with_period"] is True
    assert paying.call("POST", "/subscriptions/downgrade", {"tier": "premium"}).code == "tier_not_lower"
    [period] = paying.call("GET", "/subscriptions/history").body["data"]
    assert (period["tier"], period["amount"], period["revoked_at"]) == ("business", 500, None)


def test_upgrading_is_paying_for_the_higher_tier(paying: Paying) -> None:
    paid(paying, "odengi")
    answer = paying.call("POST", "/subscriptions/upgrade", {"tier": "premium", "bank": "odengi"})
    assert answer.body["data"]["payment_type"] == "upgrade"
    count = len(paying.answered)
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(count + 1)
    assert (paying.plan()["tier"], paying.plan()["listing_limit"]) == ("business", None)


def test_tiers_and_banks_are_shown_in_the_users_language(paying: Paying) -> None:
    choices = paying.call("GET", "/subscriptions/tiers", headers={"Accept-Language": "ky"}).body["data"]
    assert [tier["name"] for tier in choices["tiers"]] == ["Акысыз", "Негизги", "Премиум", "Корпоративдик"]
    assert [bank["bank"] for bank in choices["banks"]] == ["odengi", "mbank", "bakai", "optima", "freedompay"]
    assert {bank["bank"] for bank in choices["banks"] if bank["keeps_card"]} == {"freedompay"}


def test_what_the_settings_name_goes_out_by_sms_once(paying: Paying, sms_world: SmsWorld) -> None:
    paying.functions.set(**sms_world.environ, BILLING_SMS="payment_completed")
    paid(paying, "odengi")
    [(phone,)] = rows(paying.database, "select phone from accounts where id = %s", paying.user)
    assert paying.reconcile()["sms"] >= 1
    paying.reconcile()
    texts = [message["text"] for message in sms_world.phone.inbox(phone)]
    assert len(texts) == 1
    assert texts[0].startswith("Оплата 100 сом получена. Тариф «Базовый» действует до ")
    recorded = "select purpose, state, template from sms_messages where phone = %s"
    assert rows(paying.database, recorded, phone) == [("notice", "accepted", "payment_completed")]


def test_an_amount_beyond_a_banks_limits_is_not_ordered_there(paying: Paying) -> None:
    paying.functions.set(BANK_LIMITS="mbank:30000-15000000")
    answer = paying.call("POST", "/payments", {"tier": "basic", "bank": "mbank"})
    assert answer.code == "bank_not_offered"
    assert paying.world.simulators["mbank"].orders == {}
    paying.order("mbank", "premium")


def test_a_bank_that_cannot_be_asked_and_signs_nothing_is_believed_by_a_person_only(paying: Paying) -> None:
    paying.functions.set(BAKAI_QR_TYPE="")
    payment = paying.order("bakai")
    paying.world.act("bakai", "pay")
    paying.wait_for_calls(1)
    held = rows(paying.database, "select state, review_reason, paid_tyiyn from payments where id = %s", payment["id"])
    assert held == [("manual_review", "unconfirmed", 0)]
    billing.operations().decide(
        staff_member(paying), payment["id"], "release", reason="Видно в выписке", evidence="BK-1"
    )
    assert paying.state(payment["id"]) == "completed"
    assert paying.plan()["tier_code"] == "basic"
    paying.assert_nothing_is_lost()
