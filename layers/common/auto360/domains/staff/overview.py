"""Overview of the operations page: open work, timers, backups."""

from dataclasses import dataclass

from auto360.core.refusals import accepted
from auto360.domains.staff.sessions import StaffMember
from auto360.domains.staff.team import RequestOrigin
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.staff_overview import backups_overview, job_switch, operations_overview


@dataclass(frozen=True)
class Overview:
    """Overview queries. SQL checks the role in the same call; each raises Forbidden."""

    database: Database

    def today(self, staff_member: StaffMember) -> Row:
        """Return open work for the staff member's role, open alerts, timers."""
        return accepted(operations_overview(self.database, operator_id=staff_member.user_id))

    def switch_job(self, staff_member: StaffMember, job: str, *, is_paused: bool, origin: RequestOrigin) -> bool:
        """Pause or resume a job; False when nothing changed. Raises NotFound for a job that has never run."""
        return bool(
            accepted(
                job_switch(
                    self.database,
                    operator_id=staff_member.user_id,
                    job=job,
                    is_paused=is_paused,
                    address=origin.address,
                    request_id=origin.request_id,
                )
            )["is_changed"]
        )

    def backups(self, staff_member: StaffMember, *, limit: int) -> Row:
        """Return kinds of backups with their last good run, and the newest `most` runs."""
        return accepted(backups_overview(self.database, operator_id=staff_member.user_id, limit=limit))
