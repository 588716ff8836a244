"""Answers in the JSON form of Yandex's protocol buffers: default values are omitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OPERATION = "type.googleapis.com/yandex.cloud"
_EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}


def canonical(message: Mapping[str, Any]) -> dict[str, Any]:
    """Omit zeros, empty texts, false flags and empty lists, at every depth; empty messages stay."""
    kept: dict[str, Any] = {}
    for name, value in message.items():
        if isinstance(value, Mapping):
            kept[name] = canonical(value)
        elif isinstance(value, list):
            if value:
                kept[name] = [canonical(item) if isinstance(item, Mapping) else item for item in value]
        elif value not in (None, "", 0, "0", False):
            kept[name] = value
    return kept


def operation(number: str, kind: str, metadata: Mapping[str, str], response: Mapping[str, Any] | None = None) -> Any:
    """Return a completed change; `kind` names the type of its metadata below `yandex.cloud`."""
    told = {"@type": f"{_OPERATION}.{kind}", **metadata}
    return {"id": number, "done": True, "metadata": told, "response": response or _EMPTY}
