"""Untrusted answers of video providers: missing values and other types are None, never an error.

Parsed values can be stored, sent in a header, and counted: no lone surrogates, no endless numbers.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]{1,8000}")
_IDENTIFIER = re.compile(r"[\x21-\x7e]{1,200}")
_MAX_TEXT = 5000
_MAX_WHOLE = 2**53
_MAX_SECONDS = 10_000_000.0
_YEARS = range(1990, 2100)


def text(value: object) -> str | None:
    """Return a non-empty text of sensible length."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
        return None
    return None if _UNSTORABLE.search(value) else value


def identifier(value: object) -> str | None:
    """Return a provider's identifier."""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def header_value(value: object) -> str | None:
    """Return a text of visible ASCII characters, such as a token or a version, fit for a header."""
    return value if isinstance(value, str) and _HEADER_VALUE.fullmatch(value) else None


def whole(value: object) -> int | None:
    """Return a whole number of at least zero; Yandex's REST sends large ones as texts."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= _MAX_WHOLE else None


def seconds(value: object) -> float | None:
    """Return a duration: 93, 93.2, or "93.2s"."""
    if isinstance(value, bool):
        return None
    try:
        found = float(value.removesuffix("s") if isinstance(value, str) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and 0 <= found <= _MAX_SECONDS else None


def moment(value: object) -> datetime | None:
    """Return a time in ISO 8601, read as UTC if it names no zone."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def address(value: object) -> str | None:
    """Return a web address of visible ASCII characters. Plain http is for providers on this machine."""
    found = header_value(value)
    if found is None or not found.startswith(("https://", "http://127.0.0.1:")):
        return None
    try:
        parts = urlsplit(found)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return found if is_whole else None


def inner(value: object) -> Mapping[str, Any]:
    """Return an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item
