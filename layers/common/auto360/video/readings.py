"""Reading suppliers' answers without trusting them: what is missing or of another type is None, never an error."""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any


def text(value: object) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None


def whole(value: object) -> int | None:
    """A whole number of at least zero; REST of Yandex sends large ones as texts."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:18])
    return value if isinstance(value, int) and value >= 0 else None


def seconds(value: object) -> float | None:
    """A duration: 93, 93.2, or "93.2s"."""
    if isinstance(value, str):
        try:
            value = float(value.removesuffix("s"))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def moment(value: object) -> datetime | None:
    """A time in ISO 8601, taken for UTC where it names no zone."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def address(value: object) -> str | None:
    """A web address. Plain http is for suppliers on this machine."""
    found = text(value)
    return found if found and found.startswith(("https://", "http://127.0.0.1:")) else None


def inner(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item
