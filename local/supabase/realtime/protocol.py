"""Frames of Phoenix channels in both versions: objects (1.0.0) and arrays (2.0.0)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

VERSIONS = ("1.0.0", "2.0.0")
_NAMES = ("join_ref", "ref", "topic", "event", "payload")


class BadFrame(Exception):
    """Not a frame of the protocol."""


@dataclass(frozen=True)
class Frame:
    """Message of either side."""

    topic: str
    event: str
    payload: dict[str, Any] = field(default_factory=dict)
    ref: str | None = None
    join_ref: str | None = None


def parsed(text: str, version: str) -> Frame:
    """Read a client's message. Raises BadFrame."""
    try:
        found = json.loads(text)
    except ValueError:
        raise BadFrame from None
    if version == "2.0.0" and isinstance(found, list) and len(found) == len(_NAMES):
        found = dict(zip(_NAMES, found, strict=True))
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ("topic", "event")):
        raise BadFrame
    payload = found.get("payload")
    return Frame(
        found["topic"],
        found["event"],
        payload if isinstance(payload, dict) else {},
        _reference(found.get("ref")),
        _reference(found.get("join_ref")),
    )


def encoded(frame: Frame, version: str) -> str:
    """Write a message for a client."""
    if version == "2.0.0":
        return json.dumps([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])
    return json.dumps({name: getattr(frame, name) for name in ("topic", "event", "payload", "ref")})


def reply(to: Frame, status: str, response: dict[str, Any] | None = None) -> Frame:
    """Build the reply to a client's message."""
    return Frame(to.topic, "phx_reply", {"status": status, "response": response or {}}, to.ref, to.join_ref)


def _reference(value: object) -> str | None:
    return None if value is None else str(value)
