"""What operators look at that belongs to no other domain: what waits, timers, backups."""

from dataclasses import dataclass

from auto360.domains.staff.errors import accepted
from auto360.domains.staff.sessions import StaffMember
from auto360.domains.staff.team import RequestOrigin
from auto360.providers.database import Database, Row


@dataclass(frozen=True)
class Overview:
    """Reads for the operations page. Who may is decided by SQL, in the same call; each raises Forbidden."""

    database: Database

    def today(self, operator: StaffMember) -> Row:
        """What waits for the operator's role, open alerts, timers."""
        return accepted(self.database.call("operations_overview", {"p_operator_id": operator.user_id}))

    def switch_job(self, operator: StaffMember, job: str, *, is_paused: bool, origin: RequestOrigin) -> bool:
        """Pause or resume a job; false when it was so before. Raises NotFound for a job that has never run."""
        arguments = {
            "p_operator_id": operator.user_id,
            "p_job": job,
            "p_is_paused": is_paused,
            "p_address": origin.address,
            "p_request_id": origin.request_id,
        }
        return bool(accepted(self.database.call("job_switch", arguments))["is_changed"])

    def backups(self, operator: StaffMember, *, most: int) -> Row:
        """Kinds of backups with their last good run, and the newest `most` runs."""
        return accepted(self.database.call("backups_overview", {"p_operator_id": operator.user_id, "p_most": most}))
