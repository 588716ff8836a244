"""Hosted project preloads `safeupdate` for PostgREST: a change of a whole table is refused even inside a function."""

from __future__ import annotations

import re

from tests.support.database import Database
from tests.support.rows import rows

_CHANGE = re.compile(r"\b(?:delete\s+from|update)\s+(?:only\s+)?[a-z_]+\.[a-z_]+\b[^;]*", re.IGNORECASE)
_SOURCES = """
select n.nspname || '.' || p.proname, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
"""


def test_no_function_changes_a_whole_table(database: Database) -> None:
    found = rows(database, _SOURCES)
    changes = [(name, match[0]) for name, source in found for match in _CHANGE.finditer(_without_comments(source))]
    assert len(changes) > 100
    assert [name for name, change in changes if not re.search(r"\bwhere\b", change, re.IGNORECASE)] == []


def _without_comments(source: str) -> str:
    return re.sub(r"--[^\n]*", "", source)
