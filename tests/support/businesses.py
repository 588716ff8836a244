"""Businesses and their members."""

from __future__ import annotations

from typing import Any

from tests.support.database import Database
from tests.support.rows import rows


def new_business(database: Database, owner: str, *members: str) -> str:
    """Insert a business; returns its id."""
    [(business,)] = rows(
        database, "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text", owner
    )
    for member in members:
        rows(
            database,
            """insert into business_members (business_id, user_id, role, status)
               values (%s, %s, 'admin', 'active') returning id""",
            business,
            member,
        )
    return str(business)


def owners(database: Database, business: str) -> list[tuple[Any, ...]]:
    """Read the owner of a business by both tables that say so."""
    query = """select b.user_id::text, m.user_id::text from business_accounts b
               join business_members m on m.business_id = b.id and m.role = 'owner' where b.id = %s"""
    return rows(database, query, business)
