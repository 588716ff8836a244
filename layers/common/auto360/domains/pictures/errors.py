"""Refusals of the rules about pictures. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, NotFound


class PictureLimitReached(DomainError):
    """Too many pictures in a day, or too many unfinished ones."""

    code, status = "picture_limit_reached", 429


class PictureTooLarge(DomainError):
    """Declared picture larger than allowed."""

    code, status = "picture_too_large", 413


_REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (PictureLimitReached, AccountBlocked, AuthenticationRequired, Forbidden, NotFound)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if "reason" in answer:
        raise _REFUSALS[answer["reason"]]
    return dict(answer)
