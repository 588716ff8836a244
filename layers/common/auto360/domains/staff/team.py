"""Who the operators are, and what operators did."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.pagination import Page, decode_place
from auto360.domains.staff.errors import accepted
from auto360.domains.staff.sessions import Role, StaffMember
from auto360.providers.database import Database, Row

_ORDER = "audit"


@dataclass(frozen=True)
class RequestOrigin:
    """Where an order came from: for the record."""

    address: str
    request_id: str


@dataclass(frozen=True)
class StaffTeam:
    """Operators and the audit log. Who may is decided by SQL, in the same call."""

    database: Database

    def members(self, operator: StaffMember) -> Row:
        """Everybody with a role, and roles that wait for a second one to give them: {operators, waiting}.

        Raises Forbidden.
        """
        return accepted(self.database.call("operators_list", {"p_operator_id": operator.user_id}))

    def appoint(
        self, operator: StaffMember | None, phone: str, *, role: Role | Literal["user"], origin: RequestOrigin
    ) -> Row:
        """Give the person with this phone (E.164) a role; `user` takes it away. {user_id, role, before, waits}.

        `waits`: the role begins when another administrator gives the same one. Without an operator it is the command of
        somebody who holds the service key, and begins at once. Raises Forbidden, CannotChangeOwnRole.
        """
        arguments = {
            "p_actor_id": operator.user_id if operator else None,
            "p_phone": phone,
            "p_role": role,
            "p_address": origin.address or None,
            "p_request_id": origin.request_id,
        }
        return accepted(self.database.call("operator_appoint", arguments))

    def audit(
        self, operator: StaffMember, *, area: str | None, actor: str | None, cursor: str | None, limit: int
    ) -> Page:
        """The audit log, newest first; `area` is the part of an action before its dot. Raises Forbidden."""
        place = decode_place(cursor, order=_ORDER)
        arguments = {
            "p_operator_id": operator.user_id,
            "p_area": area,
            "p_actor_id": actor,
            "p_before": place.before,
            "p_before_id": place.before_id,
            "p_limit": limit + 1,
        }
        entries = accepted(self.database.call("audit_page", arguments))["entries"]
        return Page.cut(entries, limit=limit, order=_ORDER, time="created_at")
