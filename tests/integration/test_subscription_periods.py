"""Subscription periods: purchases, upgrades, downgrades, refunds, the timer, visible listings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.database import Database
from tests.support.market import new_listing
from tests.support.payers import PRICE, RENEWAL, Connection, PayingUser, ask, assert_nothing_is_lost, value


@pytest.fixture
def payer(database: Database) -> Iterator[PayingUser]:
    """Yield a new paying user."""
    with database.connect() as connection:
        yield PayingUser.new(connection)
        assert not connection.closed


def days(payer: PayingUser) -> list[tuple[str, float]]:
    return [(tier, round(length, 2)) for tier, length in payer.periods()]


def change(payer: PayingUser, action: str, tier: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = ask(
        payer.connection, "subscription_change", user_id=payer.user, action=action, tier=tier, actor={"kind": "user"}
    )
    return answer


def shown(payer: PayingUser) -> int:
    query = "select count(*) from listings where seller_user_id = %s and status = 'active' and not is_hidden"
    return int(value(payer.connection, query, payer.user))


def test_renewing_early_loses_no_day(payer: PayingUser) -> None:
    payer.bought("basic")
    payer.wait("20 days")
    payer.bought("basic")
    assert days(payer) == [("basic", 30), ("basic", 30)]
    left = value(
        payer.connection, "select expires_at - now() > '39 days' from subscriptions where user_id = %s", payer.user
    )
    assert left


def test_a_higher_tier_starts_at_once_and_what_was_left_becomes_time(payer: PayingUser) -> None:
    payer.bought("basic")
    payer.wait("15 days")
    payer.bought("premium")
    # Half of 100 som is a tenth of 500 som, so three days.
    assert days(payer) == [("basic", 15), ("premium", 33)]
    subscription = payer.subscription()
    assert subscription is not None
    assert (subscription["tier"], subscription["listing_limit"]) == ("premium", None)


def test_refunding_an_upgrade_leaves_the_lower_tier_as_it_was(payer: PayingUser, database: Database) -> None:
    payer.bought("basic")
    payer.wait("15 days")
    payment, attempt = payer.attempt("premium")
    payer.settle(attempt, amount_tyiyn=PRICE["premium"])
    payer.settle(attempt, "refunded", refunded_tyiyn=PRICE["premium"])
    assert payer.payment(payment)["state"] == "refunded"
    assert days(payer) == [("basic", 30)]
    subscription = payer.subscription()
    assert subscription is not None
    assert (subscription["tier"], subscription["status"]) == ("basic", "active")
    assert_nothing_is_lost(payer.connection, payer.user)


def test_half_the_money_back_is_half_the_time_back(payer: PayingUser) -> None:
    payment, attempt = payer.attempt("premium")
    payer.settle(attempt, amount_tyiyn=PRICE["premium"])
    payer.settle(attempt, "paid", amount_tyiyn=PRICE["premium"], refunded_tyiyn=PRICE["premium"] // 2)
    assert payer.payment(payment)["state"] == "partially_refunded"
    assert days(payer) == [("premium", 15)]


def test_refunding_the_only_payment_ends_the_tier_and_hides_what_the_free_one_does_not_carry(
    payer: PayingUser, database: Database
) -> None:
    _, attempt = payer.attempt("basic")
    payer.settle(attempt, amount_tyiyn=PRICE["basic"])
    for _ in range(5):
        new_listing(database, payer.user)
    payer.settle(attempt, "refunded")
    assert shown(payer) == 3
    subscription = payer.subscription()
    assert subscription is not None
    assert subscription["status"] == "expired"


def test_a_lower_tier_is_not_sold_while_a_higher_one_runs_but_can_follow(payer: PayingUser) -> None:
    payer.bought("premium")
    assert payer.order("basic")["reason"] == "tier_below_current"
    assert change(payer, "downgrade", "premium") == {"reason": "tier_not_lower"}
    assert change(payer, "downgrade", "lite")["subscription"]["next_tier_code"] == "basic"
    payer.wait("28 days")
    assert payer.step()["did"] == "reminded"
    order = value(
        payer.connection,
        "select tier || ' ' || amount_tyiyn from payments where user_id = %s and payment_type = 'renewal'",
        payer.user,
    )
    assert order == "basic 10000"
    payer.bought("basic")
    subscription = payer.subscription()
    assert subscription is not None
    assert subscription["tier"] == "premium"
    payer.wait("3 days")
    assert payer.step()["did"] == "moved"
    subscription = payer.subscription()
    assert subscription is not None
    assert (subscription["tier"], subscription["listing_limit"], subscription["next_tier"]) == ("basic", 10, None)


def test_reminders_come_three_days_before_one_day_before_and_on_the_day_once_each(payer: PayingUser) -> None:
    payer.bought("basic")
    reminders = []
    for left in (4, 3, 2, 1, 0):
        payer.wait_until_days_left(left)
        payer.step()
        payer.step()
        reminders.append(payer.told().count("subscription_ending"))
    assert reminders == [0, 1, 1, 2, 3]
    orders = "select count(*), min(payment_method) from payments where user_id = %s and payment_type = 'renewal'"
    row = payer.connection.execute(orders.encode(), [payer.user]).fetchone()
    assert row == (1, "mbank")


def test_nobody_is_reminded_at_night(payer: PayingUser) -> None:
    payer.bought("basic")
    payer.wait("28 days")
    subscription = payer.subscription()
    assert subscription is not None
    hour = int(value(payer.connection, "select extract(hour from now() at time zone 'Asia/Bishkek')"))
    asleep = {**RENEWAL, "from_hour": (hour + 1) % 24, "to_hour": (hour + 2) % 24}
    assert (
        ask(payer.connection, "subscription_step", subscription_id=subscription["id"], policy=asleep)["did"]
        == "nothing"
    )


def test_the_end_comes_after_grace_and_hides_all_but_the_newest_which_come_back(
    payer: PayingUser, database: Database
) -> None:
    payer.bought("premium")
    listings = [new_listing(database, payer.user) for _ in range(8)]
    payer.wait("30 days 1 hour")
    assert payer.step()["did"] == "grace"
    assert shown(payer) == 8
    payer.wait("2 days")
    assert payer.step()["did"] == "nothing"
    payer.wait("1 day")
    assert payer.step()["did"] == "ended"
    assert shown(payer) == 3
    newest = "select array_agg(id::text) from listings where seller_user_id = %s and not is_hidden"
    assert set(value(payer.connection, newest, payer.user)) == set(listings[-3:])
    assert payer.told()[-1] == "subscription_ended"
    payer.bought("basic")
    assert shown(payer) == 8


def test_paying_in_grace_begins_today(payer: PayingUser) -> None:
    payer.bought("basic")
    payer.wait("31 days")
    assert payer.step()["did"] == "grace"
    payer.bought("basic")
    subscription = payer.subscription()
    assert subscription is not None
    assert (subscription["status"], subscription["grace_until"]) == ("active", None)
    assert days(payer) == [("basic", 30), ("basic", 30)]


def test_a_cancelled_plan_runs_to_its_end_without_reminders_and_can_be_resumed(payer: PayingUser) -> None:
    payer.bought("basic")
    assert change(payer, "cancel")["subscription"]["ends_with_period"] is True
    payer.wait("28 days")
    assert payer.step()["did"] == "nothing"
    assert change(payer, "resume")["subscription"]["ends_with_period"] is False
    assert payer.step()["did"] == "reminded"
    change(payer, "cancel")
    state = "select state from payments where user_id = %s and payment_type = 'renewal'"
    assert value(payer.connection, state, payer.user) == "canceled"
    payer.wait("3 days")
    assert payer.step()["did"] == "ended"
    subscription = payer.subscription()
    assert subscription is not None
    assert subscription["status"] == "cancelled"
    assert change(payer, "cancel") == {"reason": "subscription_none"}


def test_between_the_end_and_the_timer_nobody_is_without_his_tier(payer: PayingUser) -> None:
    payer.bought("basic")
    allowance = "select private.listing_allowance(%s)"
    payer.wait("30 days 1 hour")
    assert value(payer.connection, allowance, payer.user) == 10
    payer.wait("2 hours")
    assert value(payer.connection, allowance, payer.user) == 3


def test_a_tier_without_a_price_is_bought_by_an_offer_to_this_user_alone(payer: PayingUser) -> None:
    assert payer.order("enterprise")["reason"] == "tier_needs_offer"
    offer = {"user_id": payer.user, "tier": "enterprise", "amount_tyiyn": 300000, "period_days": 90}
    for waits in (True, False):
        made = ask(
            payer.connection,
            "tier_offer_make",
            operator_id=PayingUser.new(payer.connection, role="finance").user,
            offer={**offer, "listing_limit": 500, "valid_days": 7},
            policy={},
        )
        assert (made["offer"]["amount_tyiyn"], made["waits"]) == (300000, waits)
    answer = payer.order("pro")
    assert answer["ask"]["amount_tyiyn"] == 300000
    payer.opened(answer["ask"]["attempt_id"])
    payer.settle(answer["ask"]["attempt_id"], amount_tyiyn=300000)
    subscription = payer.subscription()
    assert subscription is not None
    assert (subscription["tier"], subscription["listing_limit"], days(payer)) == (
        "enterprise",
        500,
        [("enterprise", 90)],
    )
    other = PayingUser.new(payer.connection)
    assert other.order("enterprise")["reason"] == "tier_needs_offer"


def test_the_timer_sees_every_subscription_that_is_due(payer: PayingUser) -> None:
    payer.bought("basic")
    subscription = payer.subscription()
    assert subscription is not None

    def due(connection: Connection) -> bool:
        return subscription["id"] in ask(connection, "subscriptions_due", policy=RENEWAL, limit=1000)

    assert not due(payer.connection)
    for interval, did in (("28 days", "reminded"), ("3 days", "grace"), ("3 days", "ended")):
        payer.wait(interval)
        assert due(payer.connection)
        assert payer.step()["did"] == did
        assert not due(payer.connection)
