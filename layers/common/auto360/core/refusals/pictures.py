"""Refusals of the rules about pictures."""

from auto360.core.errors import DomainError


class PictureLimitReached(DomainError):
    """Too many pictures in a day, or too many unfinished ones."""

    code, status = "picture_limit_reached", 429


class PictureTooLarge(DomainError):
    """Declared picture larger than allowed."""

    code, status = "picture_too_large", 413
