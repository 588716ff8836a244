"""Refusals of the rules of conversations."""

from auto360.core.errors import DomainError


class OwnListing(DomainError):
    """Listing is the caller's own."""

    code, status = "chat_own_listing", 409


class ChatBlocked(DomainError):
    """Blocked by either side; the answer does not identify it."""

    code, status = "chat_blocked", 403
