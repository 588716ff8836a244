"""Timer: states of videos, tickets that end, deletions, and uploads that nobody told us of."""

from auto360.runtime.jobs import job
from auto360.wiring import media


def run(_event: object) -> dict[str, int]:
    """One round, which ends well before the next."""
    return media.video_upkeep().run(seconds=50)


handler = job(run)
