"""The move of videos in the hands of administrators."""

from dataclasses import dataclass
from datetime import date

from auto360.domains.staff.errors import accepted
from auto360.domains.staff.sessions import StaffMember
from auto360.domains.staff.team import RequestOrigin
from auto360.domains.videos.transfer.policy import MigrationPolicy
from auto360.providers.database import Database, Row

_AT_ONCE = 500


@dataclass(frozen=True)
class TransferAdmin:
    """Looks at the ledger and gives orders. Who may is decided by SQL, in the same call; each raises Forbidden."""

    database: Database
    policy: MigrationPolicy

    def overview(self, operator: StaffMember, *, days: int) -> Row:
        """States, today's allowance, days, and up to a hundred entries that failed."""
        limit = self.policy.video_migration_daily_limit
        arguments = {"p_operator_id": operator.user_id, "p_daily_limit": limit, "p_days": days}
        return accepted(self.database.call("migration_overview", arguments))

    def pause(self, operator: StaffMember, *, is_paused: bool, origin: RequestOrigin) -> None:
        """Stop, or go on. A run stops after its present chunk and keeps what it has."""
        self._order(operator, {"action": "pause" if is_paused else "resume"}, origin)

    def retry(self, operator: StaffMember, entry: str, *, origin: RequestOrigin) -> Row:
        """Plan one entry again, named by any of its ids: {planned}."""
        return self._order(operator, {"action": "retry", "id": entry}, origin)

    def roll_back(
        self,
        operator: StaffMember,
        *,
        entry: str | None = None,
        day: date | None = None,
        why: str,
        origin: RequestOrigin,
    ) -> Row:
        """Show api.video again for an entry, or up to 500 begun on a Bishkek day: {rolled_back, left}."""
        chosen = {"id": entry} if entry else {"day": day.isoformat()} if day else {}
        keep = self.policy.video_migration_rolled_back_days
        order = {"action": "rollback", **chosen, "why": why, "keep_days": keep, "most": _AT_ONCE}
        return self._order(operator, order, origin)

    def _order(self, operator: StaffMember, order: dict[str, object], origin: RequestOrigin) -> Row:
        arguments = {
            "p_operator_id": operator.user_id,
            "p_order": order,
            "p_address": origin.address,
            "p_request_id": origin.request_id,
        }
        return accepted(self.database.call("migration_order", arguments))
