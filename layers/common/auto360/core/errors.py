"""Refusals for callers: a stable code, an HTTP status, and a sentence in three languages.

A code is public API: it is listed in docs/errors.md and never renamed. The sentence gives the next step; it
never holds a provider's or the database's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Refused field of the request, and the reason in the caller's language."""

    field: str
    message: str


class DomainError(Exception):
    """Base of every refusal that a caller may see.

    `retry_after` is in whole seconds and becomes the `Retry-After` header. `problems` names fields by their path
    (`details.year`) with the key of a sentence in `auto360.core.messages`.
    """

    code = "internal"
    status = 500

    def __init__(
        self,
        *,
        retry_after: int | None = None,
        problems: Sequence[Problem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        self.problems = tuple(problems)
        self.headers = headers or {}


class Internal(DomainError):
    """Defect in our code; the log entry has the same request id."""

    code, status = "internal", 500


class ServiceUnavailable(DomainError):
    """Required dependency, such as the database, does not answer."""

    code, status = "service_unavailable", 503


class NotFound(DomainError):
    """Route or object missing, or hidden from the caller."""

    code, status = "not_found", 404


class MethodNotAllowed(DomainError):
    """Path exists, but not with this HTTP method."""

    code, status = "method_not_allowed", 405


class InvalidJson(DomainError):
    """Body is not readable JSON."""

    code, status = "invalid_json", 400


class ValidationFailed(DomainError):
    """Field missing, unknown, of the wrong type or out of range."""

    code, status = "validation_failed", 422


class PayloadTooLarge(DomainError):
    """Body larger than the route accepts."""

    code, status = "payload_too_large", 413


class PhoneInvalid(DomainError):
    """Not a Kyrgyz mobile number."""

    code, status = "phone_invalid", 422


class AuthenticationRequired(DomainError):
    """Access token missing, wrong, expired or of an ended session."""

    code, status = "authentication_required", 401


class Forbidden(DomainError):
    """Known caller without the permission."""

    code, status = "forbidden", 403


class RateLimited(DomainError):
    """Too many requests of this kind by this caller."""

    code, status = "rate_limited", 429


class TextRefused(DomainError):
    """Public text breaks a rule; `problems` names the rule."""

    code, status = "text_refused", 422


class IdempotencyKeyReused(DomainError):
    """Key of an earlier request sent with another content."""

    code, status = "idempotency_key_reused", 409


class SettingsInvalid(RuntimeError):
    """Variable missing or unusable; the message names it and never holds its value."""


class AccountBlocked(DomainError):
    """Account blocked by staff; returned only after the phone is proved."""

    code, status = "account_blocked", 403
