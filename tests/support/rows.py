"""Looking into the database, and letting time pass in it."""

from __future__ import annotations

from typing import Any

from tests.support.database import Database

_OLDER = (
    """update sms_limit_hits h set created_at = h.created_at - %(age)s::interval
       from sms_messages m where m.id = h.sms_message_id and m.phone = %(phone)s""",
    "update sms_messages set created_at = created_at - %(age)s::interval where phone = %(phone)s",
    """update verification_codes set created_at = created_at - %(age)s::interval,
       expires_at = expires_at - %(age)s::interval, used_at = used_at - %(age)s::interval where phone = %(phone)s""",
    "update login_failures set created_at = created_at - %(age)s::interval where phone = %(phone)s",
)


def rows(database: Database, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query, read with the owner's rights."""
    with database.connect() as connection:
        return connection.execute(query.encode(), values).fetchall()


def age(database: Database, phone: str, seconds: int) -> None:
    """Let time pass for a phone: everything about its login becomes older."""
    with database.connect() as connection:
        for statement in _OLDER:
            connection.execute(statement.encode(), {"age": f"{seconds} seconds", "phone": phone})
