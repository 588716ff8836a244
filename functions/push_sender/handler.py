"""Timer, every minute: send due pushes, and process notifications of many users."""

from auto360.container import notifications
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run for most of a minute; return counters."""
    return notifications.push_sender().run()


handler = job(run)
