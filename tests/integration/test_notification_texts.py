"""Texts of notifications: every placeholder is filled once, and what a user writes is none."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.rows import rows

OWN_WORDS = ("listing", "reason", "business", "text", "search", "device", "percent")
TRICKY = "{reason} {listing} {amount} {tier} {text} {{search}} {0} %s {unknown"


def told(database: Database, code: str, values: dict[str, str]) -> tuple[str, str]:
    """Return title and message of a notification with these values."""
    user = new_user_id(database)
    query = "select private.enqueue_notification(%s, %s, 'about', %s)::text"
    rows(database, query, user, code, json.dumps(values))
    [(title, message)] = rows(database, "select title, message from notifications where user_id = %s", user)
    return title, message


@pytest.mark.parametrize(
    "code", ["moderation_rejected", "saved_search", "comment", "business_invitation", "price_drop"]
)
def test_a_value_that_looks_like_a_placeholder_is_shown_as_it_is(database: Database, code: str) -> None:
    values = {name: f"<{name}> {TRICKY}" for name in OWN_WORDS}
    values |= {"amount_tyiyn": "100", "tier": "basic"}
    [(title, message)] = rows(database, "select title[1], message[1] from notification_types where code = %s", code)
    for template, shown in zip((title, message), told(database, code, values), strict=True):
        assert shown == re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)


def test_no_text_keeps_a_placeholder_that_has_a_value(database: Database) -> None:
    values = dict.fromkeys(OWN_WORDS, "x")
    values |= {"amount_tyiyn": "95050", "tier": "basic", "until": "2026-11-29T20:00:00Z", "hidden": "3"}
    query = """select code, private.fill_text(shown, language, %s) from notification_types,
        unnest(title, array['ru', 'ky', 'en']) as t (shown, language) where shown is not null
        union all select code, private.fill_text(shown, language, %s) from notification_types,
        unnest(message, array['ru', 'ky', 'en']) as t (shown, language) where shown is not null"""
    found = rows(database, query, json.dumps(values), json.dumps(values))
    assert len(found) > 100
    assert [(code, text) for code, text in found if not text or "{" in text or "}" in text] == []
    [(shown,)] = rows(
        database, "select private.fill_text('{amount} {until} {hidden} {none} {', 'en', %s)", json.dumps(values)
    )
    assert shown == "950.5 30.11.2026 3 {none} {"
