"""Refusals of the rules about moderation. The reasons that SQL returns are these codes."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, NotFound


class Outdated(DomainError):
    """The listing has been submitted again since the moderator looked at it."""

    code, status = "moderation_outdated", 409


class Decided(DomainError):
    """Somebody has decided already."""

    code, status = "moderation_decided", 409


class Taken(DomainError):
    """Another moderator is at work on it."""

    code, status = "moderation_taken", 409


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (Outdated, Decided, Taken, AccountBlocked, AuthenticationRequired, Forbidden, NotFound)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
