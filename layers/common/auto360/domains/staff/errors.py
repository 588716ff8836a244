"""Refusals of the rules about operators. The reasons that SQL returns are these codes."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, NotFound


class OperatorRequired(DomainError):
    """The phone is proved, but the person has no role; told only to someone who has the phone."""

    code, status = "operator_required", 403


class CannotChangeOwnRole(DomainError):
    """Nobody changes his own role, so that there is always an administrator left."""

    code, status = "operator_own_role", 409


class CsrfRejected(DomainError):
    """The request was not made by a form of our own page: another origin, or a token of another or an ended session."""

    code, status = "form_foreign", 403


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (CannotChangeOwnRole, AccountBlocked, AuthenticationRequired, Forbidden, NotFound)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
