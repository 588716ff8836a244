"""Timer: removes what has served its purpose, such as expired codes, old tokens, sold listings past their time.

Tells the database where pictures may lie, too.
"""

from auto360.runtime.jobs import job
from auto360.wiring import housekeeping


def run(_event: object) -> dict[str, int]:
    """One sweep."""
    return housekeeping.cleanup()()


handler = job(run)
