"""Chat threads and messages."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from tests.support.concurrency import Call
from tests.support.database import Database
from tests.support.market import new_listing
from tests.support.rows import rows
from tests.support.sql_calls import calling


def sending(sender: str, thread: str, text: str, *, key: str | None = None) -> Call:
    """Prepare a message."""
    return calling(
        "chat_send",
        p_user_id=sender,
        p_thread_id=thread,
        p_message=Jsonb({"message_type": "text", "body": text}),
        p_client_message_id=key,
        p_replay_seconds=0 if key is None else 40,
    )


def new_thread(database: Database, buyer: str, seller: str) -> str:
    """Insert a thread about a new listing; returns its id."""
    listing = new_listing(database, seller)
    [(thread,)] = rows(
        database,
        "insert into chat_threads (listing_id, buyer_id, seller_id) values (%s, %s, %s) returning id::text",
        listing,
        buyer,
        seller,
    )
    return str(thread)
