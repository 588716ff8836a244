"""Timer, every minute: send pushes that fall due, and work off notifications to many."""

from auto360.container import notifications
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run for most of a minute; return counters."""
    return notifications.push_sender().run()


handler = job(run)
