"""Business figures: a day of the marketplace, counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from auto360.container import cleanup, tokens
from auto360.core.errors import Forbidden
from auto360.domains.analytics.daily import DailyMetrics
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import User, new_listing, new_number, new_user, new_user_id
from tests.support.rows import rows

# Long ago, so that no other test has rows on these days: 12:00 in Bishkek on the second of May.
DAY = datetime(2001, 5, 2, 6, 0, tzinfo=UTC)
NEXT_NIGHT = datetime(2001, 5, 2, 18, 20, tzinfo=UTC)


@pytest.fixture
def metrics(functions: Functions, database: Database) -> DailyMetrics:
    """Return the timer as it starts soon after midnight of the third of May."""
    with database.connect() as connection:
        for table in ("metrics_daily", "active_days"):
            connection.execute(f"delete from {table} where day < '2002-01-01'".encode())
    return replace(cleanup.daily_metrics(), now=lambda: NEXT_NIGHT)


def at(database: Database, table: str, identity: str, **columns: object) -> None:
    """Move a row to the day."""
    names = {"created_at": DAY, **columns}
    assignments = ", ".join(f"{name} = %s" for name in names)
    with database.connect() as connection:
        connection.execute(f"update {table} set {assignments} where id = %s".encode(), (*names.values(), identity))


def add(database: Database, statement: str, *values: object) -> str:
    [(identity,)] = rows(database, f"{statement} returning id::text", *values)
    return str(identity)


def day_of_the_market(database: Database) -> None:
    """Create a day: two people come, three request a code; one posts, sells and pays; a code costs money."""
    seller, visitor = new_user_id(database), new_user_id(database)
    for user in (seller, visitor):
        at(database, "accounts", user)
    at(database, "listings", new_listing(database, seller), status="sold", sold_at=DAY, delete_at=NEXT_NIGHT)
    code = """insert into verification_codes
                (phone, key_id, nonce, code_digest, code_length, created_at, expires_at, used_at)
              values (%s, 'k', 'n', sha256('x'), 6, %s, %s, %s)"""
    for used in (DAY, DAY, None):
        add(database, code, new_number(), DAY, NEXT_NIGHT, used)
    for purpose, cost in (("login", 200), ("login", 200), ("operator", 410)):
        add(
            database,
            """insert into sms_messages (purpose, phone, state, supplier, supplier_message_id, cost_tyiyn, created_at)
               values (%s, %s, 'delivered', 'nikita', gen_random_uuid()::text, %s, %s)""",
            purpose, new_number(), cost, DAY,
        )  # fmt: skip
    add(
        database,
        """insert into payments (user_id, tier, period_days, amount_tyiyn, paid_tyiyn, payment_method, idempotency_key,
             state, completed_at, created_at)
           values (%s, 'basic', 30, 10000, 10000, 'mbank', 'k', 'completed', %s, %s)""",
        seller, DAY, DAY,
    )  # fmt: skip
    add(
        database,
        """insert into videos (owner_user_id, provider, provider_video_id, state, created_at)
           values (%s, 'yandex', gen_random_uuid()::text, 'ready', %s)""",
        seller, DAY,
    )  # fmt: skip
    add(
        database,
        """insert into listing_likes (user_id, listing_id, created_at)
           select %s, id, %s from listings where seller_user_id = %s""",
        visitor, DAY, seller,
    )  # fmt: skip


def counted(database: Database) -> dict[str, float]:
    found = rows(database, "select metric, dimension, value from metrics_daily where day = '2001-05-02'")
    return {f"{metric} {dimension}".strip(): float(value) for metric, dimension, value in found}


def test_a_day_is_counted(metrics: DailyMetrics, database: Database) -> None:
    before = metrics.record()
    assert before["days"] == 8
    zero = counted(database)
    day_of_the_market(database)
    assert metrics.record()["changed"] > 0
    now = counted(database)
    grown = {name: value - zero.get(name, 0) for name, value in now.items() if value != zero.get(name, 0)}
    assert grown == {
        "active_users_day": 2, "active_users_month": 2, "registrations": 2, "listings_created": 1,
        "listings_created category:car": 1, "listings_sold": 1, "video_uploads": 1, "sms_sent": 3,
        "sms_sent purpose:login": 2, "sms_sent purpose:operator": 1, "sms_cost_tyiyn": 810, "payments_completed": 1,
        "revenue_tyiyn": 10000, "revenue_tyiyn tier:basic": 10000, "funnel_code_requested": 3, "funnel_code_used": 2,
        "funnel_registered": 2, "funnel_first_listing": 1,
    }  # fmt: skip
    assert metrics.record()["changed"] == 0


def test_a_first_listing_a_few_days_later_counts_for_the_day_on_which_its_seller_came(
    metrics: DailyMetrics, database: Database
) -> None:
    metrics.record()
    before = counted(database)["funnel_first_listing"]
    seller = new_user_id(database)
    at(database, "accounts", seller)
    five_days_later = replace(metrics, now=lambda: datetime(2001, 5, 7, 18, 20, tzinfo=UTC))
    at(database, "listings", new_listing(database, seller), created_at=datetime(2001, 5, 6, 6, 0, tzinfo=UTC))
    five_days_later.record()
    assert counted(database)["funnel_first_listing"] == before + 1


def test_a_day_begins_at_midnight_in_bishkek(metrics: DailyMetrics, database: Database) -> None:
    metrics.record()
    before = counted(database)["registrations"]
    for moment in ("2001-05-01 17:59:59Z", "2001-05-01 18:00:00Z", "2001-05-02 17:59:59Z", "2001-05-02 18:00:00Z"):
        at(database, "accounts", new_user_id(database), created_at=moment)
    metrics.record()
    assert counted(database)["registrations"] == before + 2


def test_finance_sees_the_series_and_nobody_below(
    functions: Functions, metrics: DailyMetrics, database: Database
) -> None:
    cleanup.daily_metrics().record()
    finance = with_role(functions, database, "finance")
    series = metrics.series(principal(finance), ["registrations"], days=30)
    assert len(series) == 2
    assert {row["metric"] for row in series} == {"registrations"}
    for role in ("user", "moderator"):
        with pytest.raises(Forbidden):
            metrics.series(principal(with_role(functions, database, role)), ["registrations"], days=30)


def test_the_timer_counts(functions: Functions, metrics: DailyMetrics) -> None:
    functions.set(YANDEX_CDN_RESOURCE_ID="")
    assert functions.handler("daily_metrics")({}, None)["days"] == 8


def with_role(functions: Functions, database: Database, role: str) -> User:
    user = new_user(functions, database, "sms")
    with database.connect() as connection:
        connection.execute("update accounts set role = %s where id = %s", (role, user.id))
    return user


def principal(user: User) -> Any:
    return tokens.access_tokens().check(user.token)
