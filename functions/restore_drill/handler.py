"""Timer: restores the newest database backup into a server of its own, compares every table, and writes it down."""

from collections.abc import Mapping

from auto360.runtime.jobs import job
from auto360.wiring import backup


def run(_event: object) -> Mapping[str, int]:
    """One drill."""
    return backup.drill()


handler = job(run)
