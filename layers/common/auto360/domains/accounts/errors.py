"""Refusals of the login rules. The reasons that SQL returns are these codes."""

from auto360.core.errors import DomainError, RateLimited


class CodeTooSoon(DomainError):
    """A code went to this phone less than a minute ago."""

    code, status = "otp_too_soon", 429


class PhoneLimit(DomainError):
    """The phone has had its codes for this hour or day."""

    code, status = "otp_phone_limit", 429


class AddressLimit(DomainError):
    """The address or its network has asked for too many codes."""

    code, status = "otp_address_limit", 429


class TemporarilyLimited(DomainError):
    """A block of numbers or the day's budget is used up: a sign of SMS pumping."""

    code, status = "otp_temporarily_limited", 429


class CodeInvalid(DomainError):
    """Wrong, expired, used or never sent: one answer for all, so that nothing is learnt from it."""

    code, status = "otp_invalid", 400


class LoginLocked(DomainError):
    """Five failures: this caller may not guess for 15 minutes."""

    code, status = "otp_locked", 429


class SmsUnavailable(DomainError):
    """No provider took the SMS. The phone's allowance has been given back."""

    code, status = "sms_unavailable", 503


class PhoneRejected(DomainError):
    """The operator says that the number cannot receive SMS."""

    code, status = "phone_rejected", 422


class ConsentRequired(DomainError):
    """A document that must be accepted was explicitly refused."""

    code, status = "consent_required", 422


# What `login_request_code` may answer as `reason`.
REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal for refusal in (CodeTooSoon, PhoneLimit, AddressLimit, TemporarilyLimited, RateLimited)
}
