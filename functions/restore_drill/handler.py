"""Timer: restore the newest database backup into a temporary server, compare every table, and record the result."""

from collections.abc import Mapping

from auto360.container import backups
from auto360.jobs.entry import job


def run(_event: object) -> Mapping[str, int]:
    """Run one drill."""
    return backups.drill()


handler = job(run)
