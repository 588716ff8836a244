"""Timer: purge changed paths from the CDN, at most ten a minute, as the CDN allows."""

from auto360.container import cdn
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int | str]:
    """Purge one batch."""
    return cdn.purging()()


handler = job(run)
