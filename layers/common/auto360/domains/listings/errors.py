"""Refusals of the rules about listings. The reasons that SQL returns are these codes."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import (
    AccountBlocked,
    AuthenticationRequired,
    DomainError,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
    Problem,
    RateLimited,
    TextRefused,
)


class LimitReached(DomainError):
    """The tier allows no more listings this month."""

    code, status = "listing_limit_reached", 403


class ListingRefused(DomainError):
    """The words of the listing break a rule; `problems` says which."""

    code, status = "listing_refused", 422


class VideoUnavailable(DomainError):
    """The video is another person's, belongs to another listing, or has been removed."""

    code, status = "video_unavailable", 409


class NotActive(DomainError):
    """Only a listing that is shown can be changed or marked as sold."""

    code, status = "listing_not_active", 409


class NotSold(DomainError):
    """Only a sold listing can be brought back."""

    code, status = "listing_not_sold", 409


class SaleFinal(DomainError):
    """The listing was sold too long ago to be brought back."""

    code, status = "listing_sale_final", 409


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(LimitReached, ListingRefused, VideoUnavailable, NotActive, NotSold, SaleFinal),
        *(AccountBlocked, AuthenticationRequired, Forbidden, IdempotencyKeyReused, NotFound, RateLimited, TextRefused),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if "reason" in answer:
        raise REFUSALS[answer["reason"]](problems=[Problem("description", rule) for rule in answer.get("rules", ())])
    return dict(answer)
