"""Addresses of reads: an SQL function with its arguments, for GET.

Proxies and the platform log addresses, and cut long ones off.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

_MAX_CHARACTERS = 2000
# Ids, times and fractions hold many digits, and no phone number.
_NO_PHONE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ][\d:.+Z-]+|-?\d*\.\d+(?:e-?\d+)?"
)
_LIKE_A_PHONE = re.compile(r"(?:[0-9]\D*){9}")


def address_of(function: str, arguments: Mapping[str, Any]) -> str | None:
    """Return path and query of a call.

    Returns None where the call must not be an address: too long, with a null, or a text that may hold a phone number.
    """
    if any(value is None for value in arguments.values()) or any(_may_hold_phone(text) for text in _texts(arguments)):
        return None
    query = urlencode({name: _as_text(value) for name, value in arguments.items()})
    address = f"/rpc/{function}?{query}"
    return address if len(address) <= _MAX_CHARACTERS else None


def _may_hold_phone(text: str) -> bool:
    return _LIKE_A_PHONE.search(text) is not None and _NO_PHONE.fullmatch(text) is None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _texts(item)


def _as_text(value: Any) -> str:
    """Return the text of an argument as Postgres reads it. Lists are arrays; documents are JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, Sequence):
        return "{" + ",".join(_element(item) for item in value) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _element(item: Any) -> str:
    quoted = _as_text(item).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'
