"""Rows of e-mail changed or read straight in the database, and its SQL functions called as the backend does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from tests.support.concurrency import at_once
from tests.support.emails import EmailUser, EmailWorld
from tests.support.rows import rows
from tests.support.sql_calls import calling

REFUSAL = """select private.email_refusal(m) from emails m where m.user_id = %s and m.kind = %s
    order by created_at desc limit 1"""


def change(world: EmailWorld, query: str, *values: object) -> None:
    """Change a row, straight in the database."""
    assert rows(world.database, f"{query} returning 1", *values)


def why(world: EmailWorld, user: EmailUser, kind: str) -> str | None:
    """Return why the newest mail of a kind would not be sent."""
    [(reason,)] = rows(world.database, REFUSAL, user.id, kind)
    return None if reason is None else str(reason)


def call(world: EmailWorld, name: str, **arguments: object) -> Any:
    return at_once(world.database, [calling(name, **arguments)])[0]


def proof() -> Jsonb:
    """Return a proof as the backend makes it."""
    digest = uuid4().hex * 2
    content = {"key_id": "k1", "nonce": uuid4().hex, "code_digest": digest, "link_digest": digest, "ttl_seconds": 3600}
    return Jsonb({"id": str(uuid4()), **content})
