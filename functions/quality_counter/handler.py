"""Timer, every minute: count the playback reports that have arrived."""

from auto360.container import quality
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run for most of a minute at most; return counters."""
    return quality.counter().run()


handler = job(run)
