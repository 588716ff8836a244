"""Messages of a known form with anything in place of some of their parts, for parsers of outside data."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

HALF, ZERO = "\ud800", "\x00"
EVIL: tuple[Any, ...] = (
    *(HALF, f"7{HALF}", ZERO, f"7{ZERO}", "", " ", "٣", "1_000", "1;2", "x" * 70_000, "9" * 5000, "\u202e"),
    *("1e999999", "1e-999999", "-1e999999", "NaN", "Infinity", "-0", "1E2", "0x10", "100,00", "+100.00"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "now", "not-a-uuid" * 4),
    *(0, -1, 10**13 + 1, 10**400, 2**63, 1.5, 1e308, float("nan"), float("inf"), True, None, [], {}, [[]], {"": ""}),
)
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
LEAF = st.sampled_from(EVIL) | TEXT | st.integers() | st.floats() | st.none() | st.booleans()
ANY = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
Path = tuple[str | int, ...]


@st.composite
def spoilt(draw: st.DrawFn, message: Any) -> Any:
    """Return the message with one to three parts replaced or left out; now and then something else altogether."""
    changed = copy.deepcopy(message)
    for _ in range(draw(st.integers(1, 3))):
        paths = list(_paths(changed))
        path = draw(st.sampled_from(paths))
        if not path:
            return copy.deepcopy(draw(ANY))
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        if isinstance(holder, dict) and draw(st.integers(0, 4)) == 0:
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(draw(ANY))
        if not changed:
            break
    return changed


def as_json(value: Any) -> bytes:
    """Any value as JSON; halves of characters and zero bytes stay as escapes, numbers as large as they are."""
    return json.dumps(value).encode()


def is_storable(value: Any) -> bool:
    """Return True for a value that the database takes: whole characters, no zero byte, numbers of 8 bytes."""
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(part) for key, part in value.items())
    if isinstance(value, list | tuple):
        return all(map(is_storable, value))
    if isinstance(value, str):
        return ZERO not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _paths(value: Any, at: Path = ()) -> Iterator[Path]:
    yield at
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _paths(part, (*at, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _paths(part, (*at, number))
