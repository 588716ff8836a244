"""Every value that a table may hold and the operations page shows has a label in both languages."""

from __future__ import annotations

import re

import pytest

from auto360.admin.labels import monitoring, notifications
from tests.support.database import Database
from tests.support.rows import rows

WORDS = {**monitoring.WORDS, **notifications.WORDS}


def allowed(database: Database, table: str, column: str) -> set[str]:
    """Return the values of a column's check constraint."""
    query = """select pg_get_constraintdef(c.oid) from pg_constraint c join pg_attribute a
        on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.contype = 'c' and c.conrelid = %s::regclass and a.attname = %s and cardinality(c.conkey) = 1"""
    found = {
        word for (text,) in rows(database, query, table, column) for word in re.findall(r"'([a-z_]+)'::text", text)
    }
    assert found, f"{table}.{column} has no list"
    return found


def test_every_type_of_notification_and_mail_has_a_label(database: Database) -> None:
    types = {code for (code,) in rows(database, "select code from notification_types")}
    kinds = allowed(database, "emails", "kind") - {"notification"}
    assert {*types, *kinds} - WORDS["notification"].keys() == set()


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("quality_drops", "reason", "playback_drop"),
        ("quality_hours", "provider", "video_provider"),
        ("push_campaigns", "state", "campaign"),
        ("pictures", "state", "picture"),
    ],
)
def test_every_value_of_a_list_has_a_label(database: Database, table: str, column: str, kind: str) -> None:
    assert allowed(database, table, column) - WORDS[kind].keys() == set()
