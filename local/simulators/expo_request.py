"""Requests to Expo's push service, with its checks."""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(r"(?:Exponent|Expo)PushToken\[[^\[\]]+\]|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAX_MESSAGES, _MAX_RECEIPTS = 100, 1000
_KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("to", "title", "body", "subtitle", "channelId", "collapseId", "tag", "threadId"), str),
    **dict.fromkeys(("ttl", "expiration", "badge"), int),
    "data": dict,
    "priority": str,
    "interruptionLevel": str,
    "sound": (str, dict),
}
_WORDS = {
    "priority": ("default", "normal", "high"),
    "interruptionLevel": ("active", "critical", "passive", "time-sensitive"),
}


class BadRequest(Exception):
    """Request refused as a whole; no message of it is accepted."""

    def __init__(self, status: int, code: str, details: object = None) -> None:
        super().__init__(code)
        self.status, self.code, self.details = status, code, details


def messages_of(body: object) -> list[dict[str, Any]]:
    """Return the messages with one recipient each. Raises BadRequest."""
    listed = body if isinstance(body, list) else [body]
    messages: list[dict[str, Any]] = []
    for message in listed:
        if not isinstance(message, dict):
            raise BadRequest(400, "VALIDATION_ERROR")
        to = message.get("to")
        messages += [{**message, "to": token} for token in (to if isinstance(to, list) else [to])]
    if not messages or not all(map(_is_valid, messages)):
        raise BadRequest(400, "VALIDATION_ERROR")
    if len(messages) > _MAX_MESSAGES:
        raise BadRequest(400, "PUSH_TOO_MANY_NOTIFICATIONS")
    return messages


def _is_valid(message: dict[str, Any]) -> bool:
    return (
        isinstance(message["to"], str)
        and _TOKEN.fullmatch(message["to"]) is not None
        and all(isinstance(value, _KINDS.get(name, object)) for name, value in message.items())
        and all(message[name] in words for name, words in _WORDS.items() if name in message)
        and len(message.get("collapseId", "").encode()) <= 64
        and message.get("ttl", 0) >= 0
    )


def project_of(token: str) -> str:
    """Return the project of the simulated token: `ExponentPushToken[other-project-…]` belongs to another one."""
    name = token.partition("[")[2]
    return "@other/app" if name.startswith("other-project-") else "@360auto/app"


def require_one_project(messages: list[dict[str, Any]]) -> None:
    """Raise BadRequest for messages to apps of several projects."""
    tokens: dict[str, list[str]] = {}
    for message in messages:
        tokens.setdefault(project_of(message["to"]), []).append(message["to"])
    if len(tokens) > 1:
        raise BadRequest(400, "PUSH_TOO_MANY_EXPERIENCE_IDS", tokens)


def asked_refs(body: object) -> list[str]:
    """Return the tickets of a query for receipts. Raises BadRequest."""
    found = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(provider_ref, str) for provider_ref in found):
        raise BadRequest(400, "VALIDATION_ERROR")
    if len(found) > _MAX_RECEIPTS:
        raise BadRequest(400, "PUSH_TOO_MANY_RECEIPTS")
    return found
