"""Overview of the operations page: open work, timers, backups."""

from dataclasses import dataclass

from auto360.domains.staff.errors import accepted
from auto360.domains.staff.sessions import StaffMember
from auto360.domains.staff.team import RequestOrigin
from auto360.providers.database import Database, Row


@dataclass(frozen=True)
class Overview:
    """Overview queries. SQL checks the role in the same call; each raises Forbidden."""

    database: Database

    def today(self, staff_member: StaffMember) -> Row:
        """Return open work for the staff member's role, open alerts, timers."""
        return accepted(self.database.call("operations_overview", {"p_operator_id": staff_member.user_id}))

    def switch_job(self, staff_member: StaffMember, job: str, *, is_paused: bool, origin: RequestOrigin) -> bool:
        """Pause or resume a job; false when it was so before. Raises NotFound for a job that has never run."""
        arguments = {
            "p_operator_id": staff_member.user_id,
            "p_job": job,
            "p_is_paused": is_paused,
            "p_address": origin.address,
            "p_request_id": origin.request_id,
        }
        return bool(accepted(self.database.call("job_switch", arguments))["is_changed"])

    def backups(self, staff_member: StaffMember, *, most: int) -> Row:
        """Return kinds of backups with their last good run, and the newest `most` runs."""
        return accepted(self.database.call("backups_overview", {"p_operator_id": staff_member.user_id, "p_most": most}))
