"""Business teams: invitations, roles, leaving, and transfer of ownership."""

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
    """Largest team, invitations included, and invitations per person in 24 hours."""

    business_most_members: int = Field(50, ge=1)
    business_invitations_per_day: int = Field(20, ge=1)


@dataclass(frozen=True)
class BusinessTeam:
    """Team use cases and their dependencies."""

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
        """Invite a user by id, or the owner of a phone.

        Before acceptance nothing tells whether the phone has an account.

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
        """Accept an invitation; idempotent. Raises NotFound."""
        return self._call("business_answer_invitation", principal, business_id, {"p_accepts": True})

    def decline(self, principal: Principal, business_id: str) -> None:
        """Decline an invitation. Raises NotFound."""
        self._call("business_answer_invitation", principal, business_id, {"p_accepts": False})

    def set_role(self, principal: Principal, business_id: str, *, user_id: str, role: GivenRole) -> None:
        """Change the role of another member. Raises NotFound, Forbidden."""
        arguments = {"p_member_user_id": user_id, "p_role": role}
        self._call("business_set_role", principal, business_id, arguments)

    def remove(self, principal: Principal, business_id: str, *, user_id: str) -> None:
        """Remove a member, an invitation by id, or the caller. Raises NotFound, Forbidden, OwnerStays."""
        self._call("business_remove_member", principal, business_id, {"p_member_user_id": user_id})

    def withdraw(self, principal: Principal, business_id: str, *, invitation_id: str) -> None:
        """Withdraw the invitation of a phone. Raises NotFound, Forbidden."""
        self._call("business_withdraw_invitation", principal, business_id, {"p_invitation_id": invitation_id})

    def transfer(self, principal: Principal, business_id: str, *, user_id: str) -> Row:
        """Transfer the business to an active member; the former owner stays as admin.

        Raises NotFound, Forbidden, MemberRequired, NewOwnerHasOne.
        """
        return self._call("business_transfer", principal, business_id, {"p_new_owner_id": user_id})

    def _call(self, function: str, principal: Principal, business_id: str, arguments: dict[str, Any]) -> Row:
        who = {"p_user_id": principal.user_id, "p_business_id": business_id}
        return accepted(self.database.call(function, who | arguments))
