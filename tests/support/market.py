"""People with tokens and things for sale, put into the database without the way through login and moderation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.ports import worker_number
from tests.support.rows import rows

# Always the same, since it is part of test names, which parallel processes must collect alike.
NOBODY = "00000000-0000-4000-8000-000000000000"
"""The id of no row."""

_numbers = itertools.count(1)


def new_number() -> str:
    """Return a phone that nobody has yet, apart from those that log in: their blocks of numbers have limits."""
    return f"+99677{worker_number()}{next(_numbers):06d}"


@dataclass(frozen=True)
class User:
    """Signed-in user of one function."""

    functions: Functions
    function: str
    id: str
    phone: str
    token: str

    def send(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        """Return a request below the function's own path."""
        event = http_event(method, f"/api/{self.function}{path}", body, token=self.token, **options)
        return self.functions.raw(self.function, event)

    def data(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """Return the data of a request that must succeed."""
        answer = self.send(method, path, body, **options)
        assert answer.status == 200, answer.body
        return answer.body["data"]


def new_user_id(database: Database, *, name: str = "Айбек", phone: str | None = None) -> str:
    """Return a new user's id."""
    [(user_id,)] = rows(
        database, "insert into accounts (phone, name) values (%s, %s) returning id::text", phone or new_number(), name
    )
    return str(user_id)


def new_user(functions: Functions, database: Database, function: str, *, name: str = "Айбек") -> User:
    """Return a new user of a function."""
    phone = new_number()
    user_id = new_user_id(database, name=name, phone=phone)
    return User(functions, function, user_id, phone, database.user_token(user_id))


def new_listing(database: Database, seller_id: str, *, status: str = "active", business_id: str | None = None) -> str:
    [(listing_id,)] = rows(
        database,
        """insert into listings (seller_user_id, business_id, category, title, price, status, moderation_status)
           values (%s, %s, 'car', 'Toyota Camry 2018', 1200000, %s, 'approved') returning id::text""",
        seller_id,
        business_id,
        status,
    )
    return str(listing_id)
