"""Refusals of the rules of conversations. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import (
    AccountBlocked,
    AuthenticationRequired,
    DomainError,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
)


class OwnListing(DomainError):
    """Listing is the caller's own."""

    code, status = "chat_own_listing", 409


class ChatBlocked(DomainError):
    """Either side has blocked the other; the answer does not tell which."""

    code, status = "chat_blocked", 403


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(OwnListing, ChatBlocked),
        *(AccountBlocked, AuthenticationRequired, Forbidden, IdempotencyKeyReused, NotFound),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if "reason" in answer:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
