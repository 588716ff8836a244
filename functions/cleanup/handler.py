"""Timer: delete expired codes, old tokens, sold listings past their time and other data that is no longer needed.

Also tells the database at which hosts pictures may lie.
"""

from auto360.container import cleanup
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run one sweep."""
    return cleanup.cleanup()()


handler = job(run)
