"""Cursors as we hand them out, and altered ones: each value of each order made impossible, and texts that are none."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

ID = "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52"
TIME = "2026-11-03T10:00:00.123450+00:00"
# A cursor of every order.
GOOD: dict[str, list[Any]] = {
    "newest": [TIME, "", ID],
    "price_asc": [1200000.5, "words", ID],
    "price_desc": [1200000, "similar", ID],
    "views": [17, "", ID],
    "nearest": [12.5, "", ID],
    "mine": [TIME, ID],
    "favourites": [TIME, ID],
    "business_listings": [TIME, ID],
    "threads": [TIME, ID],
    "messages": [TIME, ID],
    "payments": [TIME, ID],
    "audit": [TIME, ID],
    "comments": [TIME, ID],
    "notifications": [TIME, ID],
    "queue": [2, TIME, ID],
}
_TIMES = (
    "2026-W01-1T00:00:00+00:00", "20261103T100000+00:00", "2026-13-01T00:00:00+00:00", "2026-02-30T00:00:00+00:00",
    "2026-11-03T10:00:00", "2026-11-03", "2026-11-03T10:00:00+23:59", "2026-11-03T10:00:00+00:00:30", "now()",
    "2026-11-03T10:00:00-16:00", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "1969-12-31T23:59:59+00:00",
    "infinity", "-infinity", "2026-11-03T25:00:00+00:00", "２０２６-11-03T10:00:00+00:00",
    "2026-11-03T10:00:00+00:00\u0000",
)  # fmt: skip
_IDS = (
    "x", "", f"{{{ID}}}", f"urn:uuid:{ID}", ID.replace("-", ""), f"{ID} ", f"{ID}\u0000", ID[:-1] + "g", ID[:-1] + "٣",
)  # fmt: skip
_NUMBERS = (-1, 99999999999, 10**60, 1e300, "17", "1e5", "", float("nan"), float("inf"), float("-inf"))
_NO_VALUE: tuple[Any, ...] = (None, True, [], {}, [1], {"a": 1})


def packed(document: Any) -> str:
    """Return a document as cursors are packed."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def good(order: str) -> str:
    """Return a cursor that this order takes."""
    return packed([order, *GOOD[order]])


def impossible(order: str) -> Iterator[str]:
    """Cursors that are no place in this order."""
    values = GOOD[order]
    for place, value in enumerate(values):
        for wrong in (*_wrong(value, is_fractional=order in ("price_asc", "price_desc", "nearest")), *_NO_VALUE):
            yield packed([order, *values[:place], wrong, *values[place + 1 :]])
    others: tuple[Any, ...] = ([order], [order, *values, 1], [order, *values[1:]], {}, order, 5, None)
    yield from map(packed, others)
    yield from (packed([other, *kept]) for other, kept in GOOD.items() if other != order)
    yield from ("x", "A" * 600, "=", "\u0430", "*" + good(order), good(order) + "!", good(order)[:-3] + "\u0000")
    yield base64.urlsafe_b64encode(b"[" * 300).decode()
    yield base64.urlsafe_b64encode(b"\xff\xfe" * 20).decode()


def altered(order: str, *, count: int) -> Iterator[str]:
    """Yield a cursor with some of its characters, or of the characters within it, replaced.

    The same ones in every run.
    """
    dice = random.Random(f"cursors of {order}")
    inside = json.dumps([order, *GOOD[order]], separators=(",", ":"))
    for _ in range(count):
        text = list(inside)
        for _ in range(dice.randint(1, 3)):
            text[dice.randrange(len(text))] = dice.choice('0123456789-+:.TZeE",[] abcdef\u0000\u0663\ud7ff')
        cursor = list(base64.urlsafe_b64encode("".join(text).encode()).decode().rstrip("="))
        if dice.random() < 0.3:
            cursor[dice.randrange(len(cursor))] = dice.choice("ABCabc019-_=")
        yield "".join(cursor)


def _wrong(value: Any, *, is_fractional: bool) -> tuple[Any, ...]:
    if value == TIME:
        return (*_TIMES, 5, 1.5)
    if value == ID:
        return (*_IDS, 5, 1.5)
    if isinstance(value, str):
        return ("other", "words\u0000", 5)
    return _NUMBERS if is_fractional else (*_NUMBERS, 1.5)
