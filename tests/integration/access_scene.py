"""People and things among which the access matrix is tried: one private seller, one business, one outsider."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

Row = Mapping[str, Any]
Connection = psycopg.Connection[Any]

_NAMESPACE = uuid.UUID("7d1c7a52-5f0b-4c8e-9b38-1a3f6f0e5c10")


def scene_id(name: str) -> str:
    """Return the fixed id of a person or thing of the scene."""
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(frozen=True)
class Scene:
    """Ids of everybody and everything that rows of the matrix refer to."""

    owner: str = scene_id("owner")
    other: str = scene_id("other")
    founder: str = scene_id("founder")
    member: str = scene_id("member")
    seller: str = scene_id("seller")
    invitee: str = scene_id("invitee")
    newcomer: str = scene_id("newcomer")
    without_profile: str = scene_id("without profile")
    business: str = scene_id("business")
    car: str = scene_id("active car")
    car_draft: str = scene_id("draft car")
    horse: str = scene_id("active horse")
    estate: str = scene_id("active estate")
    business_car: str = scene_id("active car of the business")
    business_horse: str = scene_id("active horse of the business")
    business_draft: str = scene_id("draft car of the business")
    comment: str = scene_id("comment")
    thread: str = scene_id("thread")
    notification: str = scene_id("notification")
    search: str = scene_id("saved search")
    session: str = scene_id("session")
    sms: str = scene_id("sms")
    email_change: str = scene_id("email change")
    video: str = scene_id("video")
    subscription: str = scene_id("subscription")
    payment: str = scene_id("payment")
    alert_rule: str = scene_id("alert rule")
    alert: str = scene_id("alert")

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the rows that exist before any case."""
        people = ("owner", "other", "founder", "member", "seller", "invitee", "without_profile")
        for number, name in enumerate(people):
            yield "accounts", {"id": getattr(self, name), "phone": f"+99670099{number:04d}", "name": name}
        yield "business_accounts", {"id": self.business, "user_id": self.founder, "name": "Салон"}
        for person, role in ((self.member, "admin"), (self.seller, "seller")):
            yield (
                "business_members",
                {"business_id": self.business, "user_id": person, "role": role, "status": "active"},
            )
        yield from self._listings()
        yield (
            "chat_threads",
            {
                "id": self.thread,
                "listing_id": self.business_car,
                "buyer_id": self.owner,
                "seller_id": self.seller,
            },
        )
        yield "comments", {"id": self.comment, "listing_id": self.car, "user_id": self.seller, "text": "Торг?"}
        search = {"id": self.search, "user_id": self.owner, "name": "Дешевле", "query": {"price_max": 5}}
        yield "saved_searches", {**search, "filter_hash": "0" * 32, "frequency": "daily"}
        yield (
            "notifications",
            {"id": self.notification, "user_id": self.owner, "type": "comment", "title": "Новый комментарий"},
        )
        yield "auth_sessions", {"id": self.session, "user_id": self.owner, "expires_at": "2100-01-01T00:00:00Z"}
        yield (
            "email_changes",
            {
                "id": self.email_change,
                "user_id": self.owner,
                "old_address": "b@example.com",
                "key_id": "k1",
                "nonce": "1" * 32,
                "undo_digest": "\\x" + "cd" * 32,
                "expires_at": "2100-01-01T00:00:00Z",
            },
        )
        yield "sms_messages", {"id": self.sms, "purpose": "notice", "phone": "+996700990000"}
        yield "videos", {"id": self.video, "owner_user_id": self.owner, "provider": "yandex"}
        yield from self._billing()
        yield "alert_rules", alert_rule(self.alert_rule, "scene_rule")
        yield "alerts", {"id": self.alert, "rule_id": self.alert_rule, "subject": "scene"}

    def _listings(self) -> Iterator[tuple[str, Row]]:
        private = {"seller_user_id": self.owner}
        business = {"seller_user_id": self.seller, "business_id": self.business}
        active = {"status": "active", "moderation_status": "approved"}
        for identity, category, whose, state in (
            (self.car, "car", private, active),
            (self.car_draft, "car", private, {}),
            (self.horse, "horse", private, active),
            (self.estate, "real_estate", private, active),
            (self.business_car, "car", business, active),
            (self.business_horse, "horse", business, active),
            (self.business_draft, "car", business, {}),
        ):
            yield "listings", {"id": identity, "category": category, "title": "Продаю", "price": 1000, **whose, **state}

    def _billing(self) -> Iterator[tuple[str, Row]]:
        yield (
            "subscriptions",
            {
                "id": self.subscription,
                "user_id": self.owner,
                "tier": "basic",
                "status": "expired",
                "started_at": "2026-01-01T00:00:00Z",
                "expires_at": "2026-01-31T00:00:00Z",
                "ended_at": "2026-01-31T00:00:00Z",
            },
        )
        yield "payments", payment(self.owner, "scene", id=self.payment)


def payment(user: str, key: str, **more: Any) -> Row:
    """Return an order of the basic tier."""
    return {
        "user_id": user,
        "tier": "basic",
        "period_days": 30,
        "amount_tyiyn": 10000,
        "payment_method": "mbank",
        "idempotency_key": key,
        **more,
    }


def alert_rule(identity: str, code: str) -> Row:
    """Return a rule about a figure that exists nowhere else."""
    return {
        "id": identity,
        "code": code,
        "metric": "scene_figure",
        "comparison": "above",
        "threshold": 1,
        "severity": "info",
        "channels": [],
        "title_ru": "Т",
        "title_en": "T",
        "runbook": "scene",
    }


def insert(connection: Connection, table: str, row: Row) -> None:
    """Insert a row with the rights of the database's owner."""
    connection.execute(
        sql.SQL("insert into public.{} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        ),
        [Jsonb(value) if isinstance(value, dict) or value == [{}] else value for value in row.values()],
    )


def tables(connection: Connection) -> list[str]:
    """Return every table of the schema public."""
    rows = connection.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
    return [row[0] for row in rows]


def primary_keys(connection: Connection) -> dict[str, str]:
    """Return the column of the primary key of every table that has one of one column."""
    rows = connection.execute(
        """select c.relname, a.attname from pg_index i join pg_class c on c.oid = i.indrelid
           join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
           where i.indisprimary and i.indnkeyatts = 1 and c.relnamespace = 'public'::regnamespace"""
    ).fetchall()
    return dict(rows)


def keys_of(connection: Connection, table: str, key: str) -> set[str]:
    """Return the primary keys in a table."""
    query = sql.SQL("select {}::text from public.{}").format(sql.Identifier(key), sql.Identifier(table))
    return {row[0] for row in connection.execute(query).fetchall()}


@contextmanager
def leaving_no_trace(
    connection: Connection, *, only: tuple[str, ...] = (), keys: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Remove afterwards every row that came into the tables meanwhile, also from append-only ones.

    `keys`: the primary keys by table, where they are known.
    """
    known = keys or primary_keys(connection)
    watched = {table: known[table] for table in only or known}
    before = _rows_of(connection, watched)
    try:
        yield
    finally:
        came: dict[str, list[str]] = {}
        for table, key in _rows_of(connection, watched) - before:
            came.setdefault(table, []).append(key)
        if came:
            with connection.transaction():
                connection.execute("set local session_replication_role = replica")
                for table, new in came.items():
                    query = sql.SQL("delete from public.{} where {}::text = any (%s)")
                    connection.execute(query.format(sql.Identifier(table), sql.Identifier(watched[table])), [new])


def _rows_of(connection: Connection, watched: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return table and primary key of every row of the tables, all of one moment."""
    queries = [
        sql.SQL("select {}, {}::text from public.{}").format(
            sql.Literal(table), sql.Identifier(key), sql.Identifier(table)
        )
        for table, key in watched.items()
    ]
    return set(connection.execute(sql.SQL(" union all ").join(queries)).fetchall())
