"""Refusals of notifications. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import (
    AccountBlocked,
    AuthenticationRequired,
    DomainError,
    Forbidden,
    NotFound,
    Problem,
    ValidationFailed,
)
from auto360.core.messages import FIELDS, sentence

REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal for refusal in (AccountBlocked, AuthenticationRequired, Forbidden, NotFound)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if answer.get("reason") == ValidationFailed.code:
        raise ValidationFailed(problems=[Problem(answer["field"], sentence(FIELDS, "value", "ru"))])
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
