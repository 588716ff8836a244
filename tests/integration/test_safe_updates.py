"""Hosted project preloads `safeupdate` for PostgREST: a change of a whole table is refused even inside a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.database import Database
from tests.support.rows import rows

_CHANGE = re.compile(r"\b(?:delete\s+from|update)\s+(?:only\s+)?(?:[a-z_]+\.)?[a-z_]+\b", re.IGNORECASE)
_NO_CHANGE = re.compile(r"\b(?:for(?:\s+no\s+key)?|do|before|after|or|on|of|instead\s+of)\s+$", re.IGNORECASE)
_ASIDE = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_SOURCES = """
select n.nspname || '.' || p.proname, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
"""


def changes_of(source: str) -> Iterator[str]:
    """Each change of a table without its parenthesised parts: a condition of a subquery is none of the change."""
    text = _ASIDE.sub("", source)
    for match in _CHANGE.finditer(text):
        if not _NO_CHANGE.search(text[: match.start()]):
            yield _on_its_own_level(text[match.start() :])


def _on_its_own_level(text: str) -> str:
    depth, kept = 0, []
    for character in text:
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        if depth < 0 or (character == ";" and depth == 0):
            break
        if depth == 0:
            kept.append(character)
    return "".join(kept)


def unconditional(source: str) -> list[str]:
    return [change for change in changes_of(source) if not re.search(r"\bwhere\b", change, re.IGNORECASE)]


def test_no_function_changes_a_whole_table(database: Database) -> None:
    found = rows(database, _SOURCES)
    assert sum(1 for _, source in found for _ in changes_of(source)) > 150
    assert [(name, change) for name, source in found for change in unconditional(source)] == []


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("delete from public.cdn_purges;", True),
        ("delete from public.cdn_purges where true;", False),
        ("update public.listings l set price = (select max(price) from public.listings where sold);", True),
        ("with gone as (delete from a.b returning *) select from gone where x;", True),
        ("with gone as (delete from a.b where c returning *) select from gone;", False),
        ("execute 'update public.listings set price = 0';", True),
        ("select * from a.b for update; insert into a.b values (1) on conflict do update set c = 1;", False),
        ("-- update a.b set c = 1;\nselect 1", False),
    ],
)
def test_a_change_of_a_whole_table_would_be_found(source: str, is_found: bool) -> None:  # noqa: FBT001
    assert bool(unconditional(source)) is is_found
