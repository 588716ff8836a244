"""Timer: removes what has served its purpose, such as expired codes, old tokens, sold listings past their time.

Tells the database where pictures may lie, too.
"""

from auto360.container import cleanup
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """One sweep."""
    return cleanup.cleanup()()


handler = job(run)
