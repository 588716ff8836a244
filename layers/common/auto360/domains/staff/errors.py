"""Refusals of the rules about staff. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import AccountBlocked, AuthenticationRequired, DomainError, Forbidden, NotFound


class StaffRoleRequired(DomainError):
    """Phone proved, but the person has no role; told only after the code."""

    code, status = "operator_required", 403


class CannotChangeOwnRole(DomainError):
    """Staff cannot change their own role, so that an administrator is always left."""

    code, status = "operator_own_role", 409


class CsrfRejected(DomainError):
    """Form from another origin, or with a token of another or an ended session."""

    code, status = "form_foreign", 403


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (CannotChangeOwnRole, AccountBlocked, AuthenticationRequired, Forbidden, NotFound)
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if set(answer) == {"reason"}:
        raise REFUSALS[answer["reason"]]
    return dict(answer)
