"""Refusals of the rules about businesses. The reasons that SQL returns are these codes."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import (
    AccountBlocked,
    AuthenticationRequired,
    DomainError,
    Forbidden,
    NotFound,
    Problem,
    RateLimited,
    TextRefused,
)


class BusinessExists(DomainError):
    """The person owns a business already; there is one for each."""

    code, status = "business_exists", 409


class TaxIdTaken(DomainError):
    """Another business has this tax id (INN)."""

    code, status = "business_tax_id_taken", 409


class MemberAlready(DomainError):
    """The invited person works in this business."""

    code, status = "business_member_already", 409


class TeamFull(DomainError):
    """The business has as many members and invitations as one may have."""

    code, status = "business_team_full", 409


class OwnerStays(DomainError):
    """The owner leaves by handing the business over or closing it."""

    code, status = "business_owner_stays", 409


class MemberRequired(DomainError):
    """A business is handed to one of its active members only."""

    code, status = "business_member_required", 409


class NewOwnerHasOne(DomainError):
    """The member owns another business."""

    code, status = "business_new_owner_has_one", 409


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(BusinessExists, TaxIdTaken, MemberAlready, TeamFull, OwnerStays, MemberRequired, NewOwnerHasOne),
        *(AccountBlocked, AuthenticationRequired, Forbidden, NotFound, RateLimited, TextRefused),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if "reason" in answer:
        problems = [Problem("description", rule) for rule in answer.get("rules", ())]
        raise REFUSALS[answer["reason"]](retry_after=answer.get("retry_after"), problems=problems)
    return dict(answer)
