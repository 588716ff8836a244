"""Timer, every minute: match new listings with saved searches, and notify of hits."""

from auto360.container import listings
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run for up to most of a minute; return counters."""
    return listings.search_matcher().run()


handler = job(run)
