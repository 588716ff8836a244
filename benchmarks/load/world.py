"""Users and listings of the large database for a run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg

Sign = Callable[[str, str], str]
"""Return the access token of a user in a session."""

# 1 % of the listings get 40 % of the views.
_SKEW = 5

_PEOPLE = """
select s.user_id::text, s.id::text, t.id::text from auth_sessions s
join lateral (select t.id from chat_threads t where t.buyer_id = s.user_id limit 1) as t on true
where s.id = any (array(select md5('big session ' || n)::uuid from generate_series(%s::int, %s::int) as n))
  and s.expires_at > now() and s.revoked_at is null
order by s.id limit %s
"""
_COUNT = "select count(*) from auth_sessions s where s.id = md5('big session ' || %s::int)::uuid"
_LISTINGS = """
select l.id::text from listings l where l.status = 'active' and not l.is_hidden and l.deleted_at is null
order by l.views_count desc, l.id desc limit %s
"""


class WorldMissing(Exception):
    """Database has no seeded people; the message has the command that seeds them."""


@dataclass(frozen=True)
class Person:
    """Virtual user with a separate token and address."""

    user_id: str
    token: str
    address: str
    thread_id: str


class World:
    """Users, each used in turn, and listings by popularity."""

    def __init__(self, people: Sequence[Person], listings: Sequence[str]) -> None:
        self._turn = itertools.cycle(people)
        self._listings = listings
        self.people = len(people)
        self.listings = len(listings)

    def next_person(self) -> Person:
        """Return the user idle for the longest time."""
        return next(self._turn)

    def listing(self, random: Random) -> str:
        """Return a listing; popular ones are drawn more often."""
        return self._listings[int(random.random() ** _SKEW * len(self._listings))]


def world_of(
    connection: psycopg.Connection[Any], sign: Sign, random: Random, *, people: int, listings: int = 100_000
) -> World:
    """Return seeded users, others in each run, with tokens, and the most viewed listings. Raises WorldMissing."""
    last = _last_person(connection)
    first = 1 + random.randrange(max(1, last - people * 2))
    rows = connection.execute(_PEOPLE, [first, first + people * 2, people]).fetchall()
    ids = [str(row[0]) for row in connection.execute(_LISTINGS, [listings]).fetchall()]
    if len(rows) < people or not ids:
        raise WorldMissing(
            f"{len(rows)} of {people} people were found: run `make seed-big` against this database first."
        )
    return World(
        [Person(user, sign(user, session), address(n), thread) for n, (user, session, thread) in enumerate(rows)], ids
    )


def _last_person(connection: psycopg.Connection[Any]) -> int:
    """Return the highest number of a seeded session, to the next power of two below it."""
    last = 1
    while connection.execute(_COUNT, [last * 2]).fetchall()[0][0]:
        last *= 2
    return last


def address(number: int) -> str:
    """Return a user's address, spread over 10.0.0.0/8: limits count networks as well."""
    spread = number * 0x9E3779B1 % 2**24  # odd, so that no two numbers share an address
    return f"10.{spread >> 16}.{spread >> 8 & 255}.{spread & 255}"
