"""A text is cleaned and folded alike by the backend and by the database, which the app writes to directly."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auto360.core.text import clean, fold, one_line
from tests.support.database import Database

Connection = psycopg.Connection[tuple[object, ...]]
# Pieces that cleaning and folding act on, among letters; Postgres stores no NUL and no lone surrogate.
_TAGS = ("<b>", "</b>", "<", ">", "<<i>i>", "<!--", "a < b", "2<3")
_BLANKS = ("\n", "\r\n", "\r", "\n\n\n", "\t", " ", "  ", "\u00a0", "\u2003", "\u2028", "\u2800", "\u3000")
_UNSEEN = ("\x07", "\u202e", "\u200b", "\u200c", "\u200d", "\u00ad", "\ufeff", "\ue000", "\u3164", "\u034f", "\ufe0f")
_MARKED = ("й", "е\u0308", "и\u0306", "и\u0301\u0306", "\u0306", "\u0301", "é", "ң", "İ", "ς", "ΑΣ", "ﬁ", "①", "\u20e3")
_EMOJI = ("👩\u200d🔧", "❤\ufe0f", "1\ufe0f\u20e3", "🏴\U000e0067\U000e007f", "👍🏽", "\U0001fae9")
_WORDS = ("авaнс", "тоyota", "камри-tоyota", "ᴛᴇʟᴇ", "０５５５", "٠٥٥٥", "𝟗𝟗𝟔", "❾➈⓽➒🄋", "🅰🅐🇰🇬", "–", "«", "∕")
PIECES = st.sampled_from(_TAGS + _BLANKS + _UNSEEN + _MARKED + _EMOJI + _WORDS)
# What both have known for long: tables of newer characters differ between Python and Postgres.
_KNOWN = st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs", "Cn")).filter(
    lambda letter: unicodedata.ucd_3_2_0.category(letter) != "Cn"
)
TEXTS = st.lists(
    PIECES | st.text("абвгдеёжзийөүңАЙОТ abcABCTOxyз0579,.!?-/", max_size=8) | st.text(_KNOWN, max_size=4), max_size=12
)
ANY_TEXT = TEXTS.map("".join)
MANY = settings(
    max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[Connection]:
    """One connection for many queries."""
    with database.connect() as open_connection:
        yield open_connection


def in_sql(connection: Connection, text: str) -> tuple[object, ...]:
    """The text cleaned, cleaned as a line, and folded by the database."""
    query = "select private.clean_text(%(text)s), private.clean_line(%(text)s), private.fold_text(%(text)s)"
    row = connection.execute(query, {"text": text}).fetchone()
    assert row is not None
    return row


@MANY
@given(text=ANY_TEXT)
@example(text="<<b>script>alert(1)<</b>/script>")
@example(text="<a><a><a><a><b><<<i>>>")
@example(text="<" + "b" * 1500 + ">")
@example(text="е\u200b\u0308")
@example(text="👩 \u200d👩\u200d\ufe0f\u200d")
def test_both_leave_the_same_of_a_text(text: str, connection: Connection) -> None:
    assert in_sql(connection, text) == (clean(text), one_line(text), fold(text))


@MANY
@given(text=ANY_TEXT)
def test_no_text_keeps_controls_tags_or_the_power_to_turn_others_around(text: str) -> None:
    cleaned = clean(text)
    kinds = {unicodedata.category(letter) for letter in cleaned if letter not in "\n\u200d"}
    assert not kinds & {"Cc", "Cs", "Co", "Cf"}
    assert "<b>" not in cleaned
    assert "</b>" not in cleaned
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert cleaned == cleaned.strip(" \n")
    assert "\n\n\n" not in cleaned
    assert "  " not in cleaned
    assert clean(cleaned) == cleaned
    assert fold(fold(text)) == fold(text)
    assert fold(cleaned).isprintable() or "\ufffd" in cleaned or any(map(_unassigned, cleaned))


def _unassigned(letter: str) -> bool:
    return unicodedata.category(letter) == "Cn"


def test_every_character_alone_is_cleaned_alike(connection: Connection) -> None:
    for first in range(1, 0x110000, 4096):
        letters = [chr(code) for code in range(first, min(first + 4096, 0x110000)) if not 0xD800 <= code < 0xE000]
        text = "\n".join(f"а{letter}b" for letter in letters if unicodedata.normalize("NFC", letter) == letter)
        row = connection.execute("select private.clean_text(%s)", [text]).fetchone()
        assert row == (clean(text),)


def test_every_known_character_alone_is_folded_alike(connection: Connection) -> None:
    known = [chr(code) for code in range(1, 0x30000) if not 0xD800 <= code < 0xE000 and _known(chr(code))]
    for first in range(0, len(known), 2000):
        text = "\n".join(f"а{letter} {letter}b" for letter in known[first : first + 2000])
        row = connection.execute("select private.fold_text(%s)", [text]).fetchone()
        assert row == (fold(text),)


def _known(letter: str) -> bool:
    return unicodedata.ucd_3_2_0.category(letter) != "Cn"


def test_folding_does_not_depend_on_the_callers_collation(connection: Connection) -> None:
    row = connection.execute(
        """select private.fold_text('ТОЙОТА' collate "C"), private.fold_text('Ÿ ТОЙОТА' collate "C")"""
    ).fetchone()
    assert row == ("тойота", "y тойота")
