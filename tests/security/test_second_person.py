"""Staff who act for two: each way in which one person gave tiers or money away alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.payers import RULES, Connection, PayingUser, ask, connected, value
from tests.support.sms import SmsWorld
from tests.support.staff import Browser, Page
from tests.support.two_people import LIMIT, POLICY, Office, denied, staff_member

PAYMENTS = "/admin/payments"


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with connected(database) as opened:
        yield opened


@pytest.fixture
def payer(connection: Connection) -> PayingUser:
    return PayingUser.new(connection)


@pytest.fixture
def office(functions: Functions, database: Database, sms_world: SmsWorld) -> Office:
    return Office(functions, database, sms_world)


def by_hand(browser: Browser, phone: str, **changes: str) -> Page:
    fields = {"phone": phone, "tier": "basic", "evidence": f"E {uuid4()}", "reason": "Оплата переводом", **changes}
    return browser.submit(f"{PAYMENTS}/by-hand", fields, on=PAYMENTS)


def refund(browser: Browser, payment: str, som: str) -> Page:
    fields = {"amount_som": som, "reason": "По просьбе", "form_key": uuid4()}
    return browser.submit(f"{PAYMENTS}/{payment}/refund", fields, on=PAYMENTS)


def phone_of(payer: PayingUser) -> str:
    return str(value(payer.connection, "select phone from accounts where id = %s", payer.user))


def bought_for(connection: Connection, tyiyn: int) -> tuple[PayingUser, str]:
    """Return a user whose payment brought so much money."""
    payer = PayingUser.new(connection)
    payment, attempt = payer.attempt("premium")
    payer.settle(attempt, amount_tyiyn=tyiyn)
    return payer, payment


def test_nobody_gives_himself_a_tier(office: Office, connection: Connection) -> None:
    thief, phone = office.enter("finance")
    for changes in ({"tier": "enterprise", "amount_som": "0.01", "period_days": "3660"}, {"tier": "basic"}):
        assert by_hand(thief, phone, **changes).status == 403
    user = str(value(connection, "select id::text from accounts where phone = %s", phone))
    assert PayingUser(connection, user).subscription() is None
    assert denied(connection, user) == [("payment.record_by_hand_denied", "operator_own_money")] * 2


@pytest.mark.parametrize(
    "gift",
    [
        {"tier": "enterprise", "amount_som": "0.01", "period_days": "3660"},
        {"tier": "enterprise", "amount_som": "0.01"},
        {"tier": "premium", "amount_som": "0.01", "period_days": "3660"},
        {"tier": "basic", "amount_som": "0.01", "period_days": "310"},
    ],
)
def test_a_gift_counts_by_the_list_and_not_by_the_price_that_was_written_down(
    office: Office, payer: PayingUser, gift: dict[str, str]
) -> None:
    giver, _ = office.enter("finance")
    assert by_hand(giver, phone_of(payer), **gift).location.endswith("?done=waits")
    assert payer.subscription() is None


def test_many_small_gifts_are_one_large_one(office: Office, connection: Connection) -> None:
    giver, _ = office.enter("finance")
    friends = [PayingUser.new(connection) for _ in range(3)]
    done = [by_hand(giver, phone_of(friend), tier="premium").location.rpartition("=")[2] for friend in friends]
    assert done == ["payment_by_hand", "payment_by_hand", "waits"]
    assert friends[2].subscription() is None


def test_twenty_small_refunds_are_one_large_one(office: Office, connection: Connection) -> None:
    thief, _ = office.enter("finance")
    payments = [bought_for(connection, LIMIT)[1] for _ in range(20)]
    for payment in payments:
        assert refund(thief, payment, "1000").status == 303
    query = "select state from refunds where payment_id = any (%s::uuid[]) order by created_at"
    states = [row[0] for row in connection.execute(query.encode(), [payments]).fetchall()]
    assert states == ["approved", *["requested"] * 19]


def test_twenty_small_refunds_at_the_same_moment_are_one_large_one(database: Database, connection: Connection) -> None:
    thief = staff_member(connection)
    payments = [bought_for(connection, LIMIT)[1] for _ in range(20)]

    def give_back(payment: str) -> Callable[[Connection], Any]:
        return lambda opened: ask(
            opened,
            "refund_request",
            operator_id=thief,
            payment_id=payment,
            amount_tyiyn=LIMIT,
            reason="По просьбе",
            kind="manual",
            policy=POLICY,
        )["waits"]

    assert sorted(at_once(database, [give_back(payment) for payment in payments])) == [False, *[True] * 19]


def test_a_refund_in_parts_by_several_people_is_one_refund(office: Office, connection: Connection) -> None:
    _, payment = bought_for(connection, 5 * LIMIT)
    for som, waits in (("600", False), ("400", False), ("1", True)):
        person, _ = office.enter("finance")
        assert refund(person, payment, som).location.endswith("?done=waits") is waits


def test_a_refund_in_parts_over_weeks_is_one_refund(connection: Connection) -> None:
    payer, payment = bought_for(connection, 5 * LIMIT)
    first, second = staff_member(connection), staff_member(connection)
    connection.execute(
        b"insert into operator_money (operator_id, customer_id, payment_id, action, value_tyiyn, created_at)"
        b" values (%s, %s, %s, 'refund', %s, now() - interval '8 days')",
        [first, payer.user, payment, LIMIT],
    )
    answer = ask(
        connection,
        "refund_request",
        operator_id=second,
        payment_id=payment,
        amount_tyiyn=1,
        reason="По просьбе",
        kind="manual",
        policy=POLICY,
    )
    assert answer["waits"] is True


def test_several_people_give_one_customer_no_more_than_one_person_would(office: Office, payer: PayingUser) -> None:
    done = [by_hand(office.enter("finance")[0], phone_of(payer), tier="premium").location for _ in range(3)]
    assert [location.endswith("?done=waits") for location in done] == [False, False, True]


def test_a_refund_of_a_tyiyn_does_not_decide_what_waits_for_somebody_else(
    office: Office, connection: Connection, payer: PayingUser
) -> None:
    (anna, _), (boris, _) = office.enter("finance"), office.enter("finance")
    at = by_hand(anna, phone_of(payer), tier="premium", period_days="365").location.partition("?")[0]
    payment = at.rpartition("/")[2]
    assert refund(boris, payment, "0.01").status == 409
    waiting = "select state from payment_approvals where payment_id = %s"
    assert value(connection, waiting, payment) == "waiting"
    assert denied(connection, payment) == [("refund.request_denied", "payment_already_decided")]
    key = value(connection, "select id::text from payment_approvals where payment_id = %s", payment)
    assert boris.submit(f"/admin/approvals/{key}/refuse", {}, on=at).status == 303
    said = "select details ->> 'approval_id' from audit_log where subject_id = %s and action = 'payment.refuse'"
    assert value(connection, said, payment) == key


def test_what_the_bank_decides_itself_waits_for_nobody_and_the_audit_log_says_so(
    connection: Connection, payer: PayingUser
) -> None:
    anna = staff_member(connection)
    payment, attempt = payer.attempt("premium")
    payer.settle(attempt, amount_tyiyn=50_000, is_confirmed=False)
    arguments = {"payment_id": payment, "action": "release", "reason": "Выписка", "evidence": "", "policy": POLICY}
    first = ask(connection, "payment_decide", operator_id=anna, **arguments | {"policy": {"second_person_tyiyn": 1}})
    assert first["waits"] is True
    payer.settle(attempt, amount_tyiyn=50_000)
    assert payer.payment(payment)["state"] == "completed"
    over = "select details ->> 'asked_by' from audit_log where subject_id = %s and action = 'payment.approval_over'"
    assert value(connection, over, payment) == anna
    assert value(connection, "select state from payment_approvals where payment_id = %s", payment) == "refused"


def test_nobody_decides_about_money_of_his_own(connection: Connection) -> None:
    anna = PayingUser.new(connection, role="finance")
    mine = anna.bought("premium")
    held, attempt = anna.attempt("premium")
    anna.settle(attempt, amount_tyiyn=100)
    own = {"reason": "operator_own_money"}
    words = {"reason": "Себе", "policy": POLICY, "operator_id": anna.user}
    assert ask(connection, "refund_request", payment_id=mine, amount_tyiyn=1, kind="manual", **words) == own
    for action in ("release", "reject"):
        assert ask(connection, "payment_decide", payment_id=held, action=action, evidence="", **words) == own
    boris = staff_member(connection)
    asked = ask(
        connection, "refund_request", **words | {"operator_id": boris}, payment_id=mine, amount_tyiyn=1, kind="manual"
    )
    refund_id = asked["refund"]["id"]
    closing = {"operator_id": anna.user, "refund_id": refund_id, "policy": POLICY}
    assert ask(connection, "refund_close", ref="R-1", **closing) == own
    assert ask(connection, "refund_decide", approves=True, **closing) == own
    assert [reason for _, reason in denied(connection, mine)] == ["operator_own_money"]


def test_the_second_person_is_neither_the_first_nor_the_one_who_gains(connection: Connection) -> None:
    anna, boris = PayingUser.new(connection, role="finance"), PayingUser.new(connection, role="finance")
    order = {"user_id": boris.user, "tier": "enterprise", "amount_tyiyn": 1, "period_days": 3660}
    made = ask(
        connection,
        "payment_record_by_hand",
        operator_id=anna.user,
        order=order,
        reason="Договор",
        evidence=f"E {uuid4()}",
        policy=POLICY,
    )
    payment = made["payment"]["id"]
    approval = value(connection, "select id::text from payment_approvals where payment_id = %s", payment)
    for who, reason in ((anna, "second_person_required"), (boris, "operator_own_money")):
        decision = {"operator_id": who.user, "approval_id": approval, "approves": True, "policy": POLICY}
        assert ask(connection, "payment_approval_decide", **decision) == {"reason": reason}
    assert boris.subscription() is None
    assert [reason for _, reason in denied(connection, payment)] == ["second_person_required", "operator_own_money"]


def offer(connection: Connection, who: str, customer: str, **changes: Any) -> dict[str, Any]:
    offered = {
        "user_id": customer,
        "tier": "enterprise",
        "amount_tyiyn": 1,
        "period_days": 3660,
        "listing_limit": None,
        "note": "",
        "valid_days": 7,
        **changes,
    }
    made: dict[str, Any] = ask(connection, "tier_offer_make", operator_id=who, offer=offered, policy=POLICY)
    return made


def test_an_offer_for_next_to_nothing_is_good_when_two_people_make_it(
    connection: Connection, payer: PayingUser
) -> None:
    anna, boris = staff_member(connection), staff_member(connection)
    assert offer(connection, anna, anna) == {"reason": "operator_own_money"}
    for _ in range(2):
        assert offer(connection, anna, payer.user)["waits"] is True
    assert payer.order("enterprise") == {"reason": "tier_needs_offer"}
    assert ask(connection, "subscription_read", user_id=payer.user)["offers"] == []
    assert offer(connection, boris, payer.user, amount_tyiyn=2)["waits"] is True, "another offer is another offer"
    assert offer(connection, boris, payer.user)["waits"] is False
    assert payer.order("enterprise")["payment"]["amount_tyiyn"] == 1


def test_a_small_reduction_needs_one_person(connection: Connection, payer: PayingUser) -> None:
    small = {"tier": "premium", "amount_tyiyn": 40_000, "period_days": 30}
    assert offer(connection, staff_member(connection), payer.user, **small)["waits"] is False
    more_listings = {"tier": "basic", "amount_tyiyn": 10_000, "period_days": 30, "listing_limit": 10_000}
    assert offer(connection, staff_member(connection), payer.user, **more_listings)["waits"] is True


def test_a_large_sum_without_an_order_is_settled_by_two_people_who_say_the_same(
    connection: Connection, payer: PayingUser
) -> None:
    anna, boris = staff_member(connection), staff_member(connection)
    payment, _ = payer.attempt("premium")
    query = """insert into payment_orphans (provider, provider_ref, amount_tyiyn) values ('mbank', %s, %s)
        returning id::text"""
    orphan = value(connection, query, f"lost {uuid4()}", LIMIT + 1)

    def settle(who: str, action: str, to: str | None = None) -> dict[str, Any]:
        said: dict[str, Any] = ask(
            connection,
            "payment_orphan_resolve",
            operator_id=who,
            orphan_id=orphan,
            action=action,
            payment_id=to,
            resolution="Тот же телефон",
            rules=RULES,
            policy=POLICY,
        )
        return said

    for _ in range(2):
        assert settle(anna, "match", payment)["waits"] is True
    assert settle(boris, "dismiss")["waits"] is True
    assert payer.payment(payment)["state"] == "pending"
    assert settle(boris, "match", payment)["waits"] is True, "the last word was another one, and his own"
    assert settle(anna, "match", payment)["state"] == "completed"
