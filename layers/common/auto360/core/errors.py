"""What can go wrong, as the caller is told: a stable code, an HTTP status, and a sentence in three languages.

A code is public API: it is listed in docs/errors.md and never renamed. The sentence tells a person what to do; it
never holds a supplier's or the database's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One field of the request that was refused, and why, in the caller's language."""

    field: str
    message: str


class DomainError(Exception):
    """The base of every refusal that a caller may see.

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
    """Something broke on our side; the log has it under the request id."""

    code, status = "internal", 500


class ServiceUnavailable(DomainError):
    """A part that the request needs (the database) does not answer."""

    code, status = "service_unavailable", 503


class NotFound(DomainError):
    """There is no such route or thing, or the caller may not know of it."""

    code, status = "not_found", 404


class MethodNotAllowed(DomainError):
    """The path exists, but not with this HTTP method."""

    code, status = "method_not_allowed", 405


class InvalidJson(DomainError):
    """The body is not JSON that we can read."""

    code, status = "invalid_json", 400


class ValidationFailed(DomainError):
    """The JSON is readable, but a field is missing, unknown, of the wrong type or out of range."""

    code, status = "validation_failed", 422


class PayloadTooLarge(DomainError):
    """The body is larger than the route accepts."""

    code, status = "payload_too_large", 413


class PhoneInvalid(DomainError):
    """The number is not a Kyrgyz mobile number."""

    code, status = "phone_invalid", 422


class AuthenticationRequired(DomainError):
    """No access token, or one that is wrong, expired or of an ended session."""

    code, status = "authentication_required", 401


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    code, status = "forbidden", 403


class RateLimited(DomainError):
    """Too many requests of this kind by this caller."""

    code, status = "rate_limited", 429


class TextRefused(DomainError):
    """Words that everybody would see break a rule; `problems` says which."""

    code, status = "text_refused", 422


class IdempotencyKeyReused(DomainError):
    """The key of an earlier request came with another content."""

    code, status = "idempotency_key_reused", 409


class SettingsInvalid(RuntimeError):
    """A variable is missing or unusable; the message names it and never holds its value."""


class AccountBlocked(DomainError):
    """An operator has blocked the account; told only to someone who has proved the phone."""

    code, status = "account_blocked", 403
