"""Timer, every five minutes: query the receipts of pushes."""

from auto360.container import notifications
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run one round; return counters."""
    return notifications.push_receipts().run()


handler = job(run)
