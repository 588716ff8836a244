"""Timer: measures, compares with the alert rules, and tells operators what has opened, lasts or is over."""

from auto360.container import monitoring
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int | str]:
    """One round."""
    return monitoring.monitor()()


handler = job(run)
