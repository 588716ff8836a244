"""Staff members, their roles, and the audit log."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.pagination import Page, decode_place
from auto360.domains.staff.errors import accepted
from auto360.domains.staff.sessions import Role, StaffMember
from auto360.providers.database import Database, Row

_ORDER = "audit"


@dataclass(frozen=True)
class RequestOrigin:
    """Origin of a request, for the audit log."""

    address: str
    request_id: str


@dataclass(frozen=True)
class StaffTeam:
    """Staff members and the audit log. SQL checks the role in the same call."""

    database: Database

    def members(self, staff_member: StaffMember) -> Row:
        """Return members with a role, and roles that wait for approval: {operators, waiting}.

        Raises Forbidden.
        """
        return accepted(self.database.call("operators_list", {"p_operator_id": staff_member.user_id}))

    def appoint(
        self, staff_member: StaffMember | None, phone: str, *, role: Role | Literal["user"], origin: RequestOrigin
    ) -> Row:
        """Give the person with this phone (E.164) a role; `user` revokes it. {user_id, role, before, waits}.

        `waits`: the role begins when another administrator gives the same one. Without `staff_member` the caller holds
        the service key, and the role begins at once. Raises Forbidden, CannotChangeOwnRole.
        """
        arguments = {
            "p_actor_id": staff_member.user_id if staff_member else None,
            "p_phone": phone,
            "p_role": role,
            "p_address": origin.address or None,
            "p_request_id": origin.request_id,
        }
        return accepted(self.database.call("operator_appoint", arguments))

    def audit(
        self, staff_member: StaffMember, *, area: str | None, actor: str | None, cursor: str | None, limit: int
    ) -> Page:
        """Return the audit log, newest first; `area` is the part of an action before its dot. Raises Forbidden."""
        place = decode_place(cursor, order=_ORDER)
        arguments = {
            "p_operator_id": staff_member.user_id,
            "p_area": area,
            "p_actor_id": actor,
            "p_before": place.before,
            "p_before_id": place.before_id,
            "p_limit": limit + 1,
        }
        entries = accepted(self.database.call("audit_page", arguments))["entries"]
        return Page.cut(entries, limit=limit, order=_ORDER, time="created_at")
