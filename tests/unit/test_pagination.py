"""Cursors of every order: what we hand out comes back as it was, and nothing else comes through."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.core.errors import ValidationFailed
from auto360.core.pagination import ORDERS, decode_cursor, encode_cursor, identity, moment
from tests.support.cursors import GOOD, altered, good, impossible, packed

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str) | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
_ZONES = st.integers(-15 * 60, 15 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_TIMES = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=_ZONES)  # noqa: DTZ001
_ORDERS = st.sampled_from(sorted(ORDERS))


def taken(cursor: str, order: str) -> tuple[Any, ...] | None:
    """Return the values of a cursor, which are what the database takes; None where it is refused."""
    try:
        values = decode_cursor(cursor, order=order)
    except ValidationFailed:
        return None
    *others, last = values
    assert identity(last) == last
    for value in others:
        if isinstance(value, str) and value not in ("", "words", "similar"):
            time = datetime.fromisoformat(value)
            assert time.utcoffset() == timedelta(0)
            assert 2000 <= time.year < 2200
        elif not isinstance(value, str):
            assert 0 <= value <= 2**31 - 1
    return values


def test_every_order_has_an_example() -> None:
    assert set(GOOD) == set(ORDERS)


@given(_ORDERS)
def test_a_cursor_that_we_hand_out_comes_back(order: str) -> None:
    assert decode_cursor(encode_cursor(order, *GOOD[order]), order=order) == tuple(GOOD[order])


@given(_TIMES)
def test_a_time_is_printed_in_utc_and_is_the_same_moment(time: datetime) -> None:
    printed = moment(time.isoformat(timespec="microseconds"))
    assert datetime.fromisoformat(printed) == time
    assert printed.endswith("+00:00")
    assert moment(printed) == printed


@given(_ORDERS, st.text(max_size=600) | st.binary(max_size=400).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_a_place_or_refused(order: str, cursor: str) -> None:
    taken(cursor, order)


@given(_ORDERS, st.data())
def test_any_values_are_a_place_or_refused(order: str, data: st.DataObject) -> None:
    values = list(GOOD[order])
    values[data.draw(st.integers(0, len(values) - 1))] = data.draw(_VALUES)
    try:
        cursor = packed([order, *values])
    except UnicodeEncodeError:
        return
    found = taken(cursor, order)
    if found is not None:
        assert decode_cursor(encode_cursor(order, *found), order=order) == found


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_what_is_no_place_is_refused(order: str) -> None:
    assert taken(good(order), order) is not None
    assert [cursor for cursor in impossible(order) if taken(cursor, order) is not None] == []


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_an_altered_cursor_is_a_place_or_refused(order: str) -> None:
    for cursor in altered(order, count=2000):
        taken(cursor, order)


@pytest.mark.parametrize("time", [datetime(1999, 12, 31, 23, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)])
def test_a_time_out_of_bounds_is_none(time: datetime) -> None:
    with pytest.raises(ValueError, match=str(time.year)):
        moment(time.isoformat())
