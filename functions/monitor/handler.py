"""Timer: measures, compares with the alert rules, and tells operators what has opened, lasts or is over."""

from auto360.runtime.jobs import job
from auto360.wiring import monitoring


def run(_event: object) -> dict[str, int | str]:
    """One round."""
    return monitoring.monitor()()


handler = job(run)
