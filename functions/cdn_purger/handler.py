"""Timer: lets the CDN forget what has changed, at most ten paths a minute, as the CDN allows."""

from auto360.runtime.jobs import job
from auto360.wiring import cdn


def run(_event: object) -> dict[str, int | str]:
    """One batch."""
    return cdn.purging()()


handler = job(run)
