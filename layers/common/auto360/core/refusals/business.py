"""Refusals of the rules about businesses."""

from auto360.core.errors import DomainError


class BusinessExists(DomainError):
    """Caller owns a business already; each user may own one."""

    code, status = "business_exists", 409


class TaxIdTaken(DomainError):
    """Tax id (INN) belongs to another business."""

    code, status = "business_tax_id_taken", 409


class MemberAlready(DomainError):
    """Invited user is a member already."""

    code, status = "business_member_already", 409


class TeamFull(DomainError):
    """Team has reached its largest size, invitations included."""

    code, status = "business_team_full", 409


class OwnerStays(DomainError):
    """Owner must transfer or close the business before leaving."""

    code, status = "business_owner_stays", 409


class MemberRequired(DomainError):
    """New owner must be an active member."""

    code, status = "business_member_required", 409


class NewOwnerHasOne(DomainError):
    """New owner owns another business."""

    code, status = "business_new_owner_has_one", 409
