"""Refusals of the rules about listings."""

from auto360.core.errors import DomainError


class LimitReached(DomainError):
    """Monthly listings of the tier used up."""

    code, status = "listing_limit_reached", 403


class ListingRefused(DomainError):
    """Text of the listing breaks a rule; `problems` names the rules."""

    code, status = "listing_refused", 422


class SavedSearchLimitReached(DomainError):
    """User has as many saved searches as allowed."""

    code, status = "saved_search_limit_reached", 403


class SavedSearchTooBroad(DomainError):
    """Search matches too much for instant notifications; daily or weekly ones are possible."""

    code, status = "saved_search_too_broad", 422


class VideoUnavailable(DomainError):
    """Video belongs to another user or listing, or was removed."""

    code, status = "video_unavailable", 409


class NotActive(DomainError):
    """Listing is not active, so it cannot be changed or marked as sold."""

    code, status = "listing_not_active", 409


class NotSold(DomainError):
    """Listing is not sold, so it cannot be reactivated."""

    code, status = "listing_not_sold", 409


class SaleFinal(DomainError):
    """Listing was sold too long ago to be reactivated."""

    code, status = "listing_sale_final", 409
