"""Refusals of the SMS service. The reasons that SQL returns are these codes."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, IdempotencyKeyReused


class OperatorSmsLimit(DomainError):
    """The phone has had its messages of this hour, or the operator has sent his of this day."""

    code, status = "sms_operator_limit", 429


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (OperatorSmsLimit, IdempotencyKeyReused, AccountBlocked, AuthenticationRequired, Forbidden)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
