"""Refusals of the SMS service."""

from auto360.core.errors import DomainError


class StaffSmsLimit(DomainError):
    """Hourly messages of the phone, or daily messages of the staff member, used up."""

    code, status = "sms_operator_limit", 429
