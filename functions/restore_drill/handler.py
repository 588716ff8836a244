"""Timer: restores the newest database backup into a server of its own, compares every table, and writes it down."""

from auto360.runtime.jobs import job
from auto360.wiring import backup


def run(_event: object) -> dict[str, int]:
    """One drill."""
    return backup.restore_drill().run()


handler = job(run)
