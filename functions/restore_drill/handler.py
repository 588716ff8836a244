"""Timer: restores the newest database backup into a server of its own, compares every table, and writes it down."""

from collections.abc import Mapping

from auto360.container import backups
from auto360.jobs.entry import job


def run(_event: object) -> Mapping[str, int]:
    """One drill."""
    return backups.drill()


handler = job(run)
