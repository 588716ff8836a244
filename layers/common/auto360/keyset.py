"""Keyset pages: the place where a page ended, as an opaque text that the client gives back for the next one."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from auto360.errors import Problem, ValidationFailed
from auto360.messages import FIELDS, sentence

_MOST_CHARACTERS = 500


def encode_cursor(order: str, *values: Any) -> str:
    """The cursor after a row: the name of the order and the row's values in it, the unique id last."""
    document = json.dumps([order, *values], ensure_ascii=False, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, order: str, values: int) -> list[Any]:
    """The values of a cursor that was made for this order.

    Raises ValidationFailed for any other text: a cursor is not a way to ask for something else.
    """
    try:
        if len(cursor) > _MOST_CHARACTERS:
            raise ValueError
        document = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(document, list) or document[0] != order or len(document) != values + 1:
            raise ValueError
        if not all(isinstance(value, str | int | float) for value in document[1:]):
            raise ValueError
        return document[1:]
    except (ValueError, IndexError, RecursionError, binascii.Error):
        raise ValidationFailed(problems=[Problem("cursor", sentence(FIELDS, "value", "ru"))]) from None


@dataclass(frozen=True)
class Place:
    """After which row a page begins, the newest first: its time (ISO 8601) and its id. Without a row: at the newest."""

    before: str = "infinity"
    before_id: str = "ffffffff-ffff-ffff-ffff-ffffffffffff"


def decode_place(cursor: str | None, *, order: str) -> Place:
    """The place that a cursor of an order by time names. Raises ValidationFailed for any other text."""
    if not cursor:
        return Place()
    before, before_id = decode_cursor(cursor, order=order, values=2)
    try:
        if datetime.fromisoformat(str(before)).tzinfo is None:
            raise ValueError
        return Place(str(before), str(UUID(str(before_id))))
    except ValueError:
        raise ValidationFailed(problems=[Problem("cursor", sentence(FIELDS, "value", "ru"))]) from None


@dataclass(frozen=True)
class Page:
    """Rows in their order, and the cursor after the last one where there are more."""

    rows: Sequence[dict[str, Any]]
    next_cursor: str | None

    @classmethod
    def cut(cls, rows: Sequence[dict[str, Any]], *, limit: int, order: str, time: str) -> Self:
        """The page out of rows of which one more than `limit` was asked for; `time` is the column that orders them."""
        page = rows[:limit]
        more = len(rows) > limit
        return cls(page, encode_cursor(order, page[-1][time], page[-1]["id"]) if more else None)
