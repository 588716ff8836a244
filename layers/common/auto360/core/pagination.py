"""Keyset pagination: opaque cursors that continue after the last row of a page.

A cursor is untrusted input: each value is parsed, bounded and printed again before use. `ORDERS` names the
values of every cursor.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from auto360.core.errors import Problem, ValidationFailed
from auto360.core.messages import FIELDS, sentence

Value = str | int | float
# Returns a value in canonical form. Raises ValueError for anything else.
Kind = Callable[[Any], Value]

_MAX_CHARACTERS = 500
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})")
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# Offsets of time zones; Postgres takes none beyond.
_FURTHEST = timedelta(hours=16)
_MAX_VIEWS = 2**31 - 1
_MAX_PRICE = 999_999_999
# On the plane of the feed's index; half the Earth is far below it in any unit.
_MAX_DISTANCE = 1_000_000_000


def moment(value: Any) -> str:
    """Return a time as Postgres prints it in JSON, in UTC. Raises ValueError."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(value)
    time = datetime.fromisoformat(value)
    offset = time.utcoffset() or timedelta()
    if not _EARLIEST <= time < _LATEST or abs(offset) >= _FURTHEST:
        raise ValueError(value)
    return time.astimezone(UTC).isoformat()


def identity(value: Any) -> str:
    """Return a UUID as Postgres prints it. Raises ValueError."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError(value)
    return value


def whole(lowest: int, highest: int) -> Kind:
    """Accept a whole number between two bounds, both included."""

    def take(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(value)
        return value

    return take


def number(lowest: int, highest: int) -> Kind:
    """Accept a finite number between two bounds, both included."""

    def take(value: Any) -> float:
        # NaN lies between no two numbers.
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise ValueError(value)
        return float(value)

    return take


def word(*words: str) -> Kind:
    """Accept one of the given words."""

    def take(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(value)
        return value

    return take


_MATCH = word("", "words", "similar")
_BY_TIME: tuple[Kind, ...] = (moment, identity)
_BY_PRICE: tuple[Kind, ...] = (number(0, _MAX_PRICE), _MATCH, identity)
ORDERS: Mapping[str, tuple[Kind, ...]] = {
    "newest": (moment, _MATCH, identity),
    "price_asc": _BY_PRICE,
    "price_desc": _BY_PRICE,
    "views": (whole(0, _MAX_VIEWS), _MATCH, identity),
    "nearest": (number(0, _MAX_DISTANCE), _MATCH, identity),
    "queue": (whole(1, 4), moment, identity),
    **dict.fromkeys(
        (
            "mine",
            "favourites",
            "business_listings",
            "threads",
            "messages",
            "payments",
            "audit",
            "comments",
            "notifications",
        ),
        _BY_TIME,
    ),
}


def encode_cursor(order: str, *values: Any) -> str:
    """Return the cursor after a row: the name of the order and the row's values in it, the unique id last."""
    document = json.dumps([order, *values], ensure_ascii=False, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, order: str) -> tuple[Any, ...]:
    """Return the values of a cursor made for this order in canonical form: times in UTC.

    Raises ValidationFailed for any other text: a cursor cannot change the query.
    """
    kinds = ORDERS[order]
    try:
        if len(cursor) > _MAX_CHARACTERS:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        document = json.loads(base64.b64decode(padded, altchars="-_", validate=True).decode())
        if not isinstance(document, list) or len(document) != len(kinds) + 1 or document[0] != order:
            raise ValueError
        return tuple(kind(value) for kind, value in zip(kinds, document[1:], strict=True))
    except (ValueError, RecursionError):
        raise ValidationFailed(problems=[Problem("cursor", sentence(FIELDS, "value", "ru"))]) from None


@dataclass(frozen=True)
class Cursor:
    """Row after which a page begins, newest first: time (ISO 8601) and id. Empty: from the newest row."""

    before: str = "infinity"
    before_id: str = "ffffffff-ffff-ffff-ffff-ffffffffffff"


def decode_place(cursor: str | None, *, order: str) -> Cursor:
    """Return the position in a cursor ordered by time. Raises ValidationFailed for any other text."""
    return Cursor(*decode_cursor(cursor, order=order)) if cursor else Cursor()


@dataclass(frozen=True)
class Page:
    """Rows in order, and the cursor after the last one where more follow."""

    rows: Sequence[dict[str, Any]]
    next_cursor: str | None

    @classmethod
    def cut(cls, rows: Sequence[dict[str, Any]], *, limit: int, order: str, time: str) -> Self:
        """Build a page from up to `limit` + 1 rows; `time` is the ordering column."""
        page = rows[:limit]
        more = len(rows) > limit
        return cls(page, encode_cursor(order, page[-1][time], page[-1]["id"]) if more else None)
