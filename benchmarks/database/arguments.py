"""Arguments of calls, drawn from the large database."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from random import Random
from string import Template
from typing import Any

import psycopg

_OWN = """
select l.seller_user_id::text, l.id::text from listings l
where l.status = 'active' and l.deleted_at is null and l.business_id is null and l.id > %s order by l.id limit 500
"""
_THREADS = "select t.buyer_id::text, t.id::text from chat_threads t where t.id > %s order by t.id limit 500"


def seeded(kind: str, number: int) -> str:
    """Return the id of a seeded row, such as the listing number 7."""
    return str(uuid.UUID(hashlib.md5(f"big {kind} {number}".encode(), usedforsecurity=False).hexdigest()))


@dataclass(frozen=True)
class Arguments:
    """Source of arguments; popular listings are drawn more often."""

    random: Random
    people: int
    listings: int
    own: list[tuple[str, str]]
    threads: list[tuple[str, str]]
    staff: str

    def fill(self, text: str) -> str:
        """Return a call with its arguments as literals."""
        seller, own = self.random.choice(self.own)
        member, thread = self.random.choice(self.threads)
        person = self.random.randint(1, self.people)
        values = {
            "user": seeded("seller", person),
            "user2": seeded("seller", self.random.randint(1, self.people)),
            "session": seeded("session", person),
            "listing": seeded("listing", 1 + int(self.random.random() ** 5 * self.listings)),
            "listing2": seeded("listing", 1 + int(self.random.random() ** 5 * self.listings)),
            "business": seeded("business", self.random.randint(1, max(1, self.listings // 2000))),
            "seller": seller,
            "own": own,
            "member": member,
            "thread": thread,
            "staff": self.staff,
        }
        return Template(text).substitute({name: f"'{value}'::uuid" for name, value in values.items()})


"""Return the arguments of this database."""


def arguments(connection: psycopg.Connection[Any], random: Random) -> Arguments:
    """Return the arguments that this database has."""
    [(people, listings)] = connection.execute(
        "select (select count(*) from auth_sessions), (select count(*) from listings where video_id like 'viBig%')"
    ).fetchall()
    somewhere = str(uuid.UUID(int=random.getrandbits(128)))
    [(staff,)] = connection.execute("select coalesce(min(id::text), '') from accounts where role = 'admin'").fetchall()
    return Arguments(
        random,
        int(people),
        int(listings),
        connection.execute(_OWN, [somewhere]).fetchall(),
        connection.execute(_THREADS, [somewhere]).fetchall(),
        staff or _new_admin(connection),
    )


def _new_admin(connection: psycopg.Connection[Any]) -> str:
    text = "insert into accounts (phone, name, role) values ('+996999999998', 'Админ', 'admin') returning id::text"
    return str(connection.execute(text).fetchall()[0][0])
