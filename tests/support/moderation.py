"""Moderation rules that exist for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.database import Database


@contextmanager
def moderation_rule(
    database: Database, expression: str, effect: str, *, kind: str = "phrase", category: str | None = None
) -> Iterator[None]:
    """Yield a rule with the code `test_rule`."""
    with database.connect() as connection:
        connection.execute(
            "insert into moderation_rules (code, kind, expression, effect, category, reason)"
            " values ('test_rule', %s, %s, %s, %s, 'Нельзя')",
            [kind, expression, effect, category],
        )
    try:
        yield
    finally:
        with database.connect() as connection:
            connection.execute("delete from moderation_rules where code = 'test_rule'")
