"""Payments for tests of the SQL rules: ordering, what a bank says, and what must hold afterwards."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from tests.support.database import Database

PRICE = {"basic": 10000, "premium": 50000}
RULES = {"takes_test_money": False, "users_of_payer": 4}
ORDER = {"seconds": 3600, "preparing_seconds": 12, "max_attempts": 40, "actor": {"kind": "user"}}
LENIENT = {
    "address": "198.51.100.7",
    "orders_of_user": 10_000,
    "orders_of_device": 10_000,
    "failures_of_user": 10_000,
    "users_of_device": 10_000,
    "new_account_minutes": 0,
    "expensive_tyiyn": 10**9,
}
RENEWAL = {
    "reminder_days": [3, 1, 0],
    "from_hour": 0,
    "to_hour": 24,
    "grace_days": 3,
    "banks": ["mbank", "odengi"],
}
_numbers = itertools.count(1)
Connection = psycopg.Connection[Any]


def ask(connection: Connection, function: str, **arguments: Any) -> Any:
    """Call an SQL function as the backend does, with named arguments."""
    named = ", ".join(f"p_{name} => %(p_{name})s" for name in arguments)
    values = {
        f"p_{name}": Jsonb(value) if isinstance(value, dict | list) else value for name, value in arguments.items()
    }
    row = connection.execute(f"select public.{function}({named})".encode(), values).fetchone()
    assert row is not None
    return row[0]


def value(connection: Connection, query: str, *values: Any) -> Any:
    """Return the one value of a query."""
    row = connection.execute(query.encode(), values).fetchone()
    return row[0] if row else None


@dataclass
class PayingUser:
    """User who orders and pays, over one connection."""

    connection: Connection
    user: str
    risk: dict[str, Any] = field(default_factory=lambda: dict(LENIENT))

    @classmethod
    def new(cls, connection: Connection, **columns: Any) -> PayingUser:
        """Create a paying user."""
        phone = f"+996555{next(_numbers):06d}"
        names = "".join(f", {name}" for name in columns)
        query = f"insert into accounts (phone{names}) values (%s{', %s' * len(columns)}) returning id::text"
        return cls(connection, value(connection, query, phone, *columns.values()))

    def order(self, tier: str = "basic", bank: str = "mbank", *, key: str | None = None) -> dict[str, Any]:
        """Order a tier and give the whole answer."""
        answer: dict[str, Any] = ask(
            self.connection,
            "payment_open",
            user_id=self.user,
            order={**ORDER, "tier": tier, "bank": bank},
            key=key or f"open:{uuid4()}",
            risk=self.risk,
        )
        return answer

    def attempt(self, tier: str = "basic", bank: str = "mbank", *, minutes: float = 30) -> tuple[str, str]:
        """Order a tier and have the bank make the order: the ids of payment and attempt."""
        answer = self.order(tier, bank)
        assert "ask" in answer, answer
        attempt = answer["ask"]["attempt_id"]
        self.opened(attempt, minutes=minutes)
        return answer["payment"]["id"], attempt

    def opened(self, attempt: str, *, minutes: float = 30, ref: str | None = None) -> None:
        """Record that the bank made the order."""
        expires_at = value(self.connection, "select (now() + make_interval(secs => %s))::text", minutes * 60)
        made = {"provider_ref": ref or f"ref-{attempt}", "qr_text": "0002", "expires_at": expires_at}
        ask(self.connection, "payment_attempt_opened", attempt_id=attempt, made=made, actor={"kind": "user"})

    def settle(self, attempt: str, state: str = "paid", **report: Any) -> dict[str, Any]:
        """Report an order's state as the bank; return the settlement."""
        said = {"state": state, "is_confirmed": True, **report}
        answer: dict[str, Any] = ask(
            self.connection,
            "payment_settle",
            attempt_id=attempt,
            report=said,
            rules=RULES,
            actor={"kind": "bank"},
            event_id=None,
        )
        return answer

    def bought(self, tier: str = "basic", bank: str = "mbank") -> str:
        """Order and pay a tier: the payment's id."""
        payment, attempt = self.attempt(tier, bank)
        assert self.settle(attempt, amount_tyiyn=PRICE[tier], currency="KGS")["state"] == "completed"
        return payment

    def payment(self, payment_id: str) -> dict[str, Any]:
        """Return the row of a payment."""
        row: dict[str, Any] = value(self.connection, "select to_jsonb(p) from payments p where id = %s", payment_id)
        return row

    def subscription(self) -> dict[str, Any] | None:
        """Return the newest subscription of the user."""
        query = "select to_jsonb(s) from subscriptions s where user_id = %s order by created_at desc, id limit 1"
        found: dict[str, Any] | None = value(self.connection, query, self.user)
        return found

    def periods(self) -> list[tuple[str, float]]:
        """Tier and days of every period that stands, in order."""
        query = """select p.tier, extract(epoch from p.ends_at - p.starts_at)::float / 86400 from subscription_periods p
            join subscriptions s on s.id = p.subscription_id where s.user_id = %s and p.revoked_at is null
            order by p.starts_at, p.ends_at"""
        return [(tier, days) for tier, days in self.connection.execute(query.encode(), [self.user])]

    def wait(self, interval: str) -> None:
        """Let time pass for everything that this user has bought and ordered."""
        for statement in _OLDER:
            self.connection.execute(statement.encode(), {"by": interval, "user": self.user})

    def wait_until_days_left(self, left: int) -> None:
        """Let time pass until the subscription ends with the Bishkek day that is so many days away."""
        query = """select (s.expires_at - (date_trunc('day', now(), 'Asia/Bishkek') + make_interval(days => %s)
            - interval '1 millisecond'))::text from subscriptions s where s.user_id = %s"""
        self.wait(value(self.connection, query, left + 1, self.user))

    def step(self) -> dict[str, Any]:
        """Return a step of the timer for the user's subscription."""
        subscription = self.subscription()
        assert subscription is not None
        step: dict[str, Any] = ask(
            self.connection, "subscription_step", subscription_id=subscription["id"], policy=RENEWAL
        )
        return step

    def told(self) -> list[str]:
        """Report an order's state as the bank."""
        query = "select type from notifications where user_id = %s order by created_at, type"
        return [row[0] for row in self.connection.execute(query.encode(), [self.user])]

    def decisions(self) -> list[tuple[str, list[str]]]:
        """Return decisions of the fraud rules, oldest first."""
        query = "select decision, reasons from payment_risk_decisions where user_id = %s order by created_at, id"
        return [(row[0], row[1]) for row in self.connection.execute(query.encode(), [self.user])]


_OLDER = (
    """update payments set created_at = created_at - %(by)s::interval, expires_at = expires_at - %(by)s::interval,
       completed_at = completed_at - %(by)s::interval, next_check_at = next_check_at - %(by)s::interval
       where user_id = %(user)s""",
    """update payment_attempts set created_at = created_at - %(by)s::interval,
       expires_at = expires_at - %(by)s::interval, last_query_at = last_query_at - %(by)s::interval,
       paid_at = paid_at - %(by)s::interval
       where payment_id in (select id from payments where user_id = %(user)s)""",
    """update subscription_periods set activated_at = activated_at - %(by)s::interval,
       starts_at = starts_at - %(by)s::interval, ends_at = ends_at - %(by)s::interval
       where subscription_id in (select id from subscriptions where user_id = %(user)s)""",
    """update subscriptions set started_at = started_at - %(by)s::interval, expires_at = expires_at - %(by)s::interval,
       grace_until = grace_until - %(by)s::interval, cancelled_at = cancelled_at - %(by)s::interval
       where user_id = %(user)s""",
)


def assert_nothing_is_lost(connection: Connection, user: str) -> None:
    """No tier without money, no money without a tier or a place in a staff member's queue, and no period twice."""
    query = """
      select p.id::text, p.state, p.amount_tyiyn, p.paid_tyiyn, p.refunded_tyiyn, private.surplus_tyiyn(p) as surplus,
        (select coalesce(sum(a.paid_tyiyn), 0) from payment_attempts a where a.payment_id = p.id) as attempts_tyiyn,
        (select coalesce(sum(r.amount_tyiyn), 0) from refunds r where r.payment_id = p.id and r.state = 'done') as back,
        (select count(*) from subscription_periods s where s.payment_id = p.id and s.revoked_at is null) as periods,
        exists (select from payment_approvals v where v.payment_id = p.id and v.state = 'approved') as was_approved
      from payments p where p.user_id = %s"""
    must_wait = set()
    for row in connection.execute(query.encode(), [user]).fetchall():
        payment, state, due, paid, refunded, surplus, attempts, back, periods, was_approved = row
        assert attempts == paid, row
        assert back == refunded, row
        if state in ("completed", "partially_refunded"):
            assert paid >= due or was_approved, row
            assert periods == 1, row
        else:
            assert periods == 0, row
            if paid != refunded:
                must_wait.add(payment)
        if surplus > 0:
            must_wait.add(payment)
    if must_wait:
        assert must_wait <= waiting_for_a_person(connection)
    running = value(
        connection, "select count(*) from subscriptions where user_id = %s and status in ('active', 'grace')", user
    )
    assert running <= 1


def waiting_for_a_person(connection: Connection) -> set[str]:
    """Ids of the payments in the staff's queue."""
    staff_member = value(connection, "select id::text from accounts where role = 'finance' and not is_blocked limit 1")
    staff_member = staff_member or PayingUser.new(connection, role="finance").user
    queue = ask(connection, "billing_queue", operator_id=staff_member, limit=100_000)
    return {payment["id"] for payment in queue["payments"]}


def connected(database: Database) -> Connection:
    """Return a connection whose statements are each a transaction."""
    return database.connect()
