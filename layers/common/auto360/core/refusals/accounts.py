"""Refusals of the login rules."""

from auto360.core.errors import DomainError


class CodeTooSoon(DomainError):
    """Code sent to this phone less than a minute ago."""

    code, status = "otp_too_soon", 429


class PhoneLimit(DomainError):
    """Hourly or daily codes of the phone used up."""

    code, status = "otp_phone_limit", 429


class AddressLimit(DomainError):
    """Too many codes for the address or its network."""

    code, status = "otp_address_limit", 429


class TemporarilyLimited(DomainError):
    """Limit of a number block or of the daily budget reached: a sign of SMS pumping."""

    code, status = "otp_temporarily_limited", 429


class CodeInvalid(DomainError):
    """Code wrong, expired, used or never sent: one answer for all, so that it reveals nothing."""

    code, status = "otp_invalid", 400


class LoginLocked(DomainError):
    """Login locked for 15 minutes after five failures."""

    code, status = "otp_locked", 429


class SmsUnavailable(DomainError):
    """No provider accepted the SMS. The phone's allowance was returned."""

    code, status = "sms_unavailable", 503


class PhoneRejected(DomainError):
    """Mobile network reports that the number cannot receive SMS."""

    code, status = "phone_rejected", 422


class ConsentRequired(DomainError):
    """Required document explicitly refused."""

    code, status = "consent_required", 422
