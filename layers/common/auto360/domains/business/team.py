"""The team of a business: invitations, roles, leaving, and the change of its owner."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from auto360.core import phone as phones
from auto360.core.identity import Principal
from auto360.core.settings import EnvSettings
from auto360.domains.business.errors import accepted
from auto360.providers.database import Database, Row

GivenRole = Literal["admin", "seller"]


class TeamPolicy(EnvSettings):
    """How large a team may be, invitations included, and how often one person may invite in 24 hours."""

    business_most_members: int = Field(50, ge=1)
    business_invitations_per_day: int = Field(20, ge=1)


@dataclass(frozen=True)
class BusinessTeam:
    """Teams with everything they touch."""

    database: Database
    policy: TeamPolicy

    def members(self, principal: Principal, business_id: str) -> list[Row]:
        """List members, invited people and, for those who may invite, invited phones.

        Raises NotFound unless the caller is an active member.
        """
        rows: list[Row] = self._call("business_team", principal, business_id, {})["team"]
        return rows

    def invite(
        self, principal: Principal, business_id: str, *, user_id: str | None, phone: str | None, role: GivenRole
    ) -> None:
        """Invite a user by id, or whoever has a phone. Before that person accepts, nothing tells whether there is one.

        Raises NotFound, Forbidden, MemberAlready (by id), TeamFull, RateLimited, PhoneInvalid.
        """
        arguments = {
            "p_invited_user_id": user_id,
            "p_invited_phone": phones.normalise(phone) if phone is not None else None,
            "p_role": role,
            "p_most_members": self.policy.business_most_members,
            "p_invitations_per_day": self.policy.business_invitations_per_day,
        }
        self._call("business_invite", principal, business_id, arguments)

    def accept(self, principal: Principal, business_id: str) -> Row:
        """Join; again: changes nothing. Raises NotFound."""
        return self._call("business_answer_invitation", principal, business_id, {"p_accepts": True})

    def decline(self, principal: Principal, business_id: str) -> None:
        """Refuse an invitation. Raises NotFound."""
        self._call("business_answer_invitation", principal, business_id, {"p_accepts": False})

    def set_role(self, principal: Principal, business_id: str, *, user_id: str, role: GivenRole) -> None:
        """Give another member another role. Raises NotFound, Forbidden."""
        arguments = {"p_member_user_id": user_id, "p_role": role}
        self._call("business_set_role", principal, business_id, arguments)

    def remove(self, principal: Principal, business_id: str, *, user_id: str) -> None:
        """Remove a member, an invitation by id, or oneself. Raises NotFound, Forbidden, OwnerStays."""
        self._call("business_remove_member", principal, business_id, {"p_member_user_id": user_id})

    def withdraw(self, principal: Principal, business_id: str, *, invitation_id: str) -> None:
        """Take the invitation of a phone back. Raises NotFound, Forbidden."""
        self._call("business_withdraw_invitation", principal, business_id, {"p_invitation_id": invitation_id})

    def transfer(self, principal: Principal, business_id: str, *, user_id: str) -> Row:
        """Hand the business to an active member; the former owner stays as admin.

        Raises NotFound, Forbidden, MemberRequired, NewOwnerHasOne.
        """
        return self._call("business_transfer", principal, business_id, {"p_new_owner_id": user_id})

    def _call(self, function: str, principal: Principal, business_id: str, arguments: dict[str, Any]) -> Row:
        who = {"p_user_id": principal.user_id, "p_business_id": business_id}
        return accepted(self.database.call(function, who | arguments))
