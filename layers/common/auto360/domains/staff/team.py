"""Staff members, their roles, and the audit log."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.pagination import Page, decode_place
from auto360.core.refusals import accepted
from auto360.domains.staff.sessions import Role, StaffMember
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.staff_overview import audit_page
from auto360.providers.database.functions.staff_roles import operator_appoint, operators_list

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
        return accepted(operators_list(self.database, operator_id=staff_member.user_id))

    def appoint(
        self, staff_member: StaffMember | None, phone: str, *, role: Role | Literal["user"], origin: RequestOrigin
    ) -> Row:
        """Give the person with this phone (E.164) a role; `user` revokes it. {user_id, role, before, waits}.

        `waits`: the role begins when another administrator grants the same. Without `staff_member` the caller holds
        the service key, and the role begins at once. Raises Forbidden, CannotChangeOwnRole.
        """
        return accepted(
            operator_appoint(
                self.database,
                actor_id=staff_member.user_id if staff_member else None,
                phone=phone,
                role=role,
                address=origin.address or None,
                request_id=origin.request_id,
            )
        )

    def audit(
        self, staff_member: StaffMember, *, area: str | None, actor: str | None, cursor: str | None, limit: int
    ) -> Page:
        """Return the audit log, newest first; `area` is the part of an action before its dot. Raises Forbidden."""
        place = decode_place(cursor, order=_ORDER)
        entries = accepted(
            audit_page(
                self.database,
                operator_id=staff_member.user_id,
                area=area,
                actor_id=actor,
                before=place.before,
                before_id=place.before_id,
                limit=limit + 1,
            )
        )["entries"]
        return Page.cut(entries, limit=limit, order=_ORDER, time="created_at")
