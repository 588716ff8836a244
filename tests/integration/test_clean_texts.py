"""A text is cleaned alike by the backend and, where the app writes past it, by the database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auto360.text import clean
from tests.support.database import Database

Connection = psycopg.Connection[tuple[object, ...]]
# Pieces that cleaning acts on, among letters; Postgres stores no NUL and no lone surrogate.
_TAGS = ("<b>", "</b>", "<", ">", "<<i>i>", "<!--", "a < b", "2<3")
_BLANKS = ("\n", "\r\n", "\n\n\n", "\t", " ", "  ", "\u00a0", "\u2003")
_UNSEEN = ("\x07", "\u202e", "\u200b", "\u200d", "\u00ad", "\ufeff", "\ue000", "\U000e0041")
_LETTERS = ("й", "е\u0308", "ң", "👩\u200d🔧")
PIECES = st.sampled_from(_TAGS + _BLANKS + _UNSEEN + _LETTERS)
TEXTS = st.lists(PIECES | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4), max_size=12).map(
    "".join
)


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[Connection]:
    """One connection for many questions."""
    with database.connect() as open_connection:
        yield open_connection


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS)
@example(text="<<b>script>alert(1)<</b>/script>")
@example(text="<a><a><a><a><b><<<i>>>")
@example(text="е\u200b\u0308")
def test_no_text_keeps_controls_tags_or_the_power_to_turn_others_around(text: str, connection: Connection) -> None:
    row = connection.execute("select private.clean_text(%s)", [text]).fetchone()
    assert row is not None
    for cleaned in (clean(text), str(row[0])):
        kinds = {unicodedata.category(letter) for letter in cleaned if letter not in "\n\u200d"}
        assert not kinds & {"Cc", "Cs", "Co", "Cf"}
        assert "<b>" not in cleaned
        assert "</b>" not in cleaned
        assert cleaned == unicodedata.normalize("NFC", cleaned)
        assert cleaned == cleaned.strip(" \n")
        assert "\n\n\n" not in cleaned
        assert "  " not in cleaned


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.lists(PIECES | st.text("абвгдежзийөүң abc,.!?-", max_size=8), max_size=12).map("".join))
def test_both_walls_leave_the_same(text: str, connection: Connection) -> None:
    row = connection.execute("select private.clean_text(%s)", [text]).fetchone()
    assert row == (clean(text),)
