"""Timer: lets the CDN forget what has changed, at most ten paths a minute, as the CDN allows."""

from auto360.container import cdn
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int | str]:
    """One batch."""
    return cdn.purging()()


handler = job(run)
