"""People and things on the running stack for tests with real clients. Every scene is new: limits count for one test."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from tests.support.database import worker_number
from tests.support.stack import RunningStack

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """A user of the stack with an access token."""

    id: str
    token: str


@dataclass(frozen=True)
class Chat:
    """A listing and the conversation about it; a stranger has no part in either."""

    seller: Person
    buyer: Person
    stranger: Person
    listing: str
    thread: str


def new_person(stack: RunningStack, *, name: str = "Айбек") -> Person:
    """A signed-in user."""
    phone = f"+99650{worker_number() % 10}{next(_numbers) * 37 % 1_000_000:06d}"
    query = "insert into users (phone, name) values (%s, %s) returning id::text"
    [(user_id,)] = stack.rows(query, phone, name)
    return Person(user_id, stack.user_token(user_id))


def new_listing(stack: RunningStack, seller: Person) -> str:
    """An active listing."""
    [(listing,)] = stack.rows(
        """insert into listings (seller_user_id, category, title, price, status, moderation_status)
           values (%s, 'car', 'Toyota Camry 2018', 1200000, 'active', 'approved') returning id::text""",
        seller.id,
    )
    return str(listing)


def new_chat(stack: RunningStack) -> Chat:
    """A conversation without messages."""
    seller, buyer, stranger = new_person(stack), new_person(stack, name="Асель"), new_person(stack)
    listing = new_listing(stack, seller)
    query = "insert into chat_threads (listing_id, buyer_id, seller_id) values (%s, %s, %s) returning id::text"
    [(thread,)] = stack.rows(query, listing, buyer.id, seller.id)
    return Chat(seller, buyer, stranger, listing, thread)
