"""Timer, every minute: send due e-mails."""

from auto360.container import emails
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run for most of a minute; return counters."""
    return emails.sender().run()


handler = job(run)
