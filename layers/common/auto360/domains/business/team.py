"""Business teams: invitations, roles, leaving, and transfer of ownership."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from auto360.core import phone as phones
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.business_invitations import (
    business_answer_invitation,
    business_invite,
    business_withdraw_invitation,
)
from auto360.providers.database.functions.business_team import (
    business_remove_member,
    business_set_role,
    business_team,
    business_transfer,
)

GivenRole = Literal["admin", "seller"]


class TeamPolicy(EnvSettings):
    """Largest team, invitations included, and invitations per person in 24 hours."""

    business_max_members: int = Field(50, ge=1)
    business_invitations_per_day: int = Field(20, ge=1)


@dataclass(frozen=True)
class BusinessTeam:
    """Team use cases and their dependencies."""

    database: Database
    policy: TeamPolicy

    def members(self, principal: Principal, business_id: str) -> list[Row]:
        """List members, invited people and, for members with the right to invite, invited phones.

        Raises NotFound unless the caller is an active member.
        """
        rows: list[Row] = accepted(business_team(self.database, user_id=principal.user_id, business_id=business_id))[
            "team"
        ]
        return rows

    def invite(
        self, principal: Principal, business_id: str, *, user_id: str | None, phone: str | None, role: GivenRole
    ) -> None:
        """Invite a user by id, or the owner of a phone.

        Before acceptance the answer does not reveal an account of the phone.

        Raises NotFound, Forbidden, MemberAlready (by id), TeamFull, RateLimited, PhoneInvalid.
        """
        answer = business_invite(
            self.database,
            user_id=principal.user_id,
            business_id=business_id,
            invited_user_id=user_id,
            invited_phone=phones.normalise(phone) if phone is not None else None,
            role=role,
            max_members=self.policy.business_max_members,
            invitations_per_day=self.policy.business_invitations_per_day,
        )
        accepted(answer)

    def accept(self, principal: Principal, business_id: str) -> Row:
        """Accept an invitation; idempotent. Raises NotFound."""
        return self._answer(principal, business_id, accepts=True)

    def decline(self, principal: Principal, business_id: str) -> None:
        """Decline an invitation. Raises NotFound."""
        self._answer(principal, business_id, accepts=False)

    def set_role(self, principal: Principal, business_id: str, *, user_id: str, role: GivenRole) -> None:
        """Change the role of another member. Raises NotFound, Forbidden."""
        accepted(
            business_set_role(
                self.database, user_id=principal.user_id, business_id=business_id, member_user_id=user_id, role=role
            )
        )

    def remove(self, principal: Principal, business_id: str, *, user_id: str) -> None:
        """Remove a member, an invitation by id, or the caller. Raises NotFound, Forbidden, OwnerStays."""
        accepted(
            business_remove_member(
                self.database, user_id=principal.user_id, business_id=business_id, member_user_id=user_id
            )
        )

    def withdraw(self, principal: Principal, business_id: str, *, invitation_id: str) -> None:
        """Withdraw the invitation of a phone. Raises NotFound, Forbidden."""
        accepted(
            business_withdraw_invitation(
                self.database, user_id=principal.user_id, business_id=business_id, invitation_id=invitation_id
            )
        )

    def transfer(self, principal: Principal, business_id: str, *, user_id: str) -> Row:
        """Transfer the business to an active member; the former owner stays as admin.

        Raises NotFound, Forbidden, MemberRequired, NewOwnerHasOne.
        """
        return accepted(
            business_transfer(self.database, user_id=principal.user_id, business_id=business_id, new_owner_id=user_id)
        )

    def _answer(self, principal: Principal, business_id: str, *, accepts: bool) -> Row:
        return accepted(
            business_answer_invitation(
                self.database, user_id=principal.user_id, business_id=business_id, accepts=accepts
            )
        )
