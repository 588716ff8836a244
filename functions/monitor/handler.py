"""Timer: measure, evaluate the alert rules, and notify staff of alerts that open, last or close."""

from auto360.container import monitoring
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int | str]:
    """Run one round."""
    return monitoring.monitor()()


handler = job(run)
