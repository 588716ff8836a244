"""Refusals of the rules about moderation. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, NotFound


class Outdated(DomainError):
    """Listing was resubmitted since the moderator saw it."""

    code, status = "moderation_outdated", 409


class Decided(DomainError):
    """Listing was decided already."""

    code, status = "moderation_decided", 409


class Taken(DomainError):
    """Listing is assigned to another moderator."""

    code, status = "moderation_taken", 409


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (Outdated, Decided, Taken, AccountBlocked, AuthenticationRequired, Forbidden, NotFound)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
