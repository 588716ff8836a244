"""Refusals of the rules about staff."""

from auto360.core.errors import DomainError


class StaffRoleRequired(DomainError):
    """Phone proved, but without a role; returned only after the code."""

    code, status = "operator_required", 403


class CannotChangeOwnRole(DomainError):
    """Staff cannot change their own role, so that an administrator always remains."""

    code, status = "operator_own_role", 409


class CsrfRejected(DomainError):
    """Form from another origin, or with a token of another or an ended session."""

    code, status = "form_foreign", 403
