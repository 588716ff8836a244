"""Video transfer controls for administrators."""

from dataclasses import dataclass
from datetime import date

from auto360.core.refusals import accepted
from auto360.domains.staff.sessions import StaffMember
from auto360.domains.staff.team import RequestOrigin
from auto360.domains.videos.transfer.policy import MigrationPolicy
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.video_transfer import migration_order, migration_overview

_AT_ONCE = 500


@dataclass(frozen=True)
class TransferAdmin:
    """State of the video transfer, and orders to it. SQL checks the role in the same call; each raises Forbidden."""

    database: Database
    policy: MigrationPolicy

    def overview(self, staff_member: StaffMember, *, days: int) -> Row:
        """Return states, today's allowance, days, and up to a hundred failed entries."""
        limit = self.policy.video_migration_daily_limit
        return accepted(
            migration_overview(self.database, operator_id=staff_member.user_id, daily_limit=limit, days=days)
        )

    def pause(self, staff_member: StaffMember, *, is_paused: bool, origin: RequestOrigin) -> None:
        """Pause or resume. A run stops after its current chunk and keeps its progress."""
        self._order(staff_member, {"action": "pause" if is_paused else "resume"}, origin)

    def retry(self, staff_member: StaffMember, entry: str, *, origin: RequestOrigin) -> Row:
        """Plan an entry again, named by any of its ids: {planned}."""
        return self._order(staff_member, {"action": "retry", "id": entry}, origin)

    def roll_back(
        self,
        staff_member: StaffMember,
        *,
        entry: str | None = None,
        day: date | None = None,
        why: str,
        origin: RequestOrigin,
    ) -> Row:
        """Play an entry, or up to 500 of a Bishkek day, from api.video again: {rolled_back, left}."""
        chosen = {"id": entry} if entry else {"day": day.isoformat()} if day else {}
        keep = self.policy.video_migration_rolled_back_days
        order = {"action": "rollback", **chosen, "why": why, "keep_days": keep, "most": _AT_ONCE}
        return self._order(staff_member, order, origin)

    def _order(self, staff_member: StaffMember, order: dict[str, object], origin: RequestOrigin) -> Row:
        return accepted(
            migration_order(
                self.database,
                operator_id=staff_member.user_id,
                order=order,
                address=origin.address,
                request_id=origin.request_id,
            )
        )
