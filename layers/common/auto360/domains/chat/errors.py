"""Refusals of the rules of conversations. The reasons that SQL returns are these codes."""

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
    """The caller sells this thing himself."""

    code, status = "chat_own_listing", 409


class ChatBlocked(DomainError):
    """One of the two has blocked the other; the answer does not tell which."""

    code, status = "chat_blocked", 403


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(OwnListing, ChatBlocked),
        *(AccountBlocked, AuthenticationRequired, Forbidden, IdempotencyKeyReused, NotFound),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if "reason" in answer:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
