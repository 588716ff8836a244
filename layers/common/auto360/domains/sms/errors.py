"""Refusals of the SMS service. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, IdempotencyKeyReused


class StaffSmsLimit(DomainError):
    """Hourly messages of the phone, or daily messages of the staff member, used up."""

    code, status = "sms_operator_limit", 429


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (StaffSmsLimit, IdempotencyKeyReused, AccountBlocked, AuthenticationRequired, Forbidden)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
