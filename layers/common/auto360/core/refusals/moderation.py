"""Refusals of the rules about moderation."""

from auto360.core.errors import DomainError


class Outdated(DomainError):
    """Listing was resubmitted since the moderator saw it."""

    code, status = "moderation_outdated", 409


class Decided(DomainError):
    """Listing was decided already."""

    code, status = "moderation_decided", 409


class Taken(DomainError):
    """Listing is assigned to another moderator."""

    code, status = "moderation_taken", 409
