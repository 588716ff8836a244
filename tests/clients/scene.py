"""People and things on the running stack for tests with real clients. Every scene is new: limits count for one test."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import psycopg

from local.function_environment import token_keys
from tests.support.ports import worker_number
from tests.support.stack import RunningStack

_numbers = itertools.count(1)
_connections: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}


@dataclass(frozen=True)
class Person:
    """User of the stack with an access token."""

    id: str
    token: str


@dataclass(frozen=True)
class Chat:
    """Listing and the conversation about it; a stranger has no part in either."""

    seller: Person
    buyer: Person
    stranger: Person
    listing: str
    thread: str


def new_person(stack: RunningStack, *, name: str = "Айбек") -> Person:
    """Create a signed-in user."""
    phone = f"+99650{worker_number() % 10}{next(_numbers) * 37 % 1_000_000:06d}"
    user_id = inserted(stack, "insert into accounts (phone, name) values (%s, %s) returning id::text", phone, name)
    session = "insert into auth_sessions (user_id, expires_at) values (%s, now() + '1 day') returning id::text"
    claims = {"session_id": inserted(stack, session, user_id)}
    return Person(user_id, token_keys(stack.keyring).user_token(user_id, claims))


def new_listing(stack: RunningStack, seller: Person) -> str:
    """Insert an active listing."""
    return inserted(
        stack,
        """insert into listings (seller_user_id, category, title, price, status, moderation_status)
           values (%s, 'car', 'Toyota Camry 2018', 1200000, 'active', 'approved') returning id::text""",
        seller.id,
    )


def new_chat(stack: RunningStack) -> Chat:
    """Insert a conversation without messages."""
    seller, buyer, stranger = new_person(stack), new_person(stack, name="Асель"), new_person(stack)
    listing = new_listing(stack, seller)
    query = "insert into chat_threads (listing_id, buyer_id, seller_id) values (%s, %s, %s) returning id::text"
    return Chat(seller, buyer, stranger, listing, inserted(stack, query, listing, buyer.id, seller.id))


def inserted(stack: RunningStack, query: str, *values: object) -> str:
    """Return the text that a statement returns, over a connection that lives as long as the tests."""
    if stack.dsn not in _connections:
        _connections[stack.dsn] = psycopg.connect(stack.dsn, autocommit=True)
    row = _connections[stack.dsn].execute(query.encode(), values).fetchone()
    assert row is not None
    return str(row[0])
