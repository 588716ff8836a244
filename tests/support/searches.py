"""Saved searches and their timer, straight in the database."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from auto360.domains.listings.saved_searches import saved_form
from auto360.http.schemas.saved_searches import SavedFilters
from tests.support.database import Database
from tests.support.rows import rows

TOYOTA = {"category": "car", "brand": "Toyota"}


def create(database: Database, user: str, query: object, frequency: str = "daily", name: str = "Поиск") -> Any:
    """Return the answer of the SQL function for a query in the stored form."""
    search = Jsonb({"name": name, "query": query, "frequency": frequency})
    return rows(database, "select saved_search_create(%s, %s)", user, search)[0][0]


def save(
    database: Database, user: str, filters: dict[str, Any], frequency: str = "instant", name: str = "Поиск"
) -> str:
    """Save a search, given as an app sends it; returns its id."""
    sent = SavedFilters.model_validate(filters)
    answer = create(database, user, saved_form(sent.query(text=sent.q)), frequency, name)
    assert "search" in answer, answer
    return str(answer["search"]["id"])


def offer(database: Database, seller: str, **columns: Any) -> str:
    """Insert a listing that is shown at once; returns its id."""
    details = {"brand": "Toyota", "model": "Camry", "year": 2018}
    row = {"category": "car", "title": "Toyota Camry 2018", "price": 1_200_000, "status": "active", "details": details}
    row |= {"seller_user_id": seller, **columns}
    row["details"] = Jsonb(row["details"])
    query = f"insert into listings ({', '.join(row)}) values ({', '.join(['%s'] * len(row))}) returning id::text"
    return str(rows(database, query, *row.values())[0][0])


def match(database: Database, limit: int = 50) -> int:
    """Match all that has arrived; returns the number of hits."""
    hits: int = 0
    while True:
        step = rows(database, "select search_match_step(%s)", limit)[0][0]
        hits += int(step["hits"])
        if not step["listings"]:
            return hits


def tell(database: Database, *users: str, viewer: str = "00" * 16) -> int:
    """Let the time of users' notifications come, and notify; returns how many."""
    rows(
        database,
        "update search_schedules set next_at = now() where user_id = any (%s::uuid[])"
        " and (frequency <> 'instant' or next_at is not null) returning 1",
        list(users),
    )
    return tell_due(database, *users, viewer=viewer)


def tell_due(database: Database, *users: str, viewer: str = "00" * 16) -> int:
    """Notify users whose time has come; returns how many."""
    query = """select search_digests_tell((
        select coalesce(jsonb_agg(jsonb_build_object('id', d ->> 'id', 'viewer', %s::text)), '[]')
        from jsonb_array_elements(search_digests_due(10000)) as d where d ->> 'user_id' = any (%s)))"""
    return int(rows(database, query, viewer, list(users))[0][0]["told"])


def hits(database: Database, search: str) -> set[str]:
    """Return the listings that a search has hit."""
    return {row[0] for row in rows(database, "select listing_id::text from search_hits where search_id = %s", search)}


def told(database: Database, user: str) -> list[dict[str, Any]]:
    """Return the data of a user's notifications about saved searches, oldest first, with title and message."""
    query = """select data || jsonb_build_object('title', title, 'message', message) from notifications
        where user_id = %s and type = 'saved_search' order by created_at, id"""
    return [row[0] for row in rows(database, query, user)]
