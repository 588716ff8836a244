"""Timer: delete expired codes, old tokens, sold listings past their time and other expired data.

Also stores the allowed picture hosts in the database.
"""

from auto360.container import cleanup
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run one sweep."""
    return cleanup.cleanup()()


handler = job(run)
