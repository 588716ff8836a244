"""Timer: states of videos, tickets that end, deletions, and uploads that nobody told us of."""

from auto360.container import videos
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """One round, which ends well before the next."""
    return videos.video_upkeep().run(seconds=50)


handler = job(run)
