"""Timer: refresh states of videos, end upload sessions, delete videos, and find unreported uploads."""

from auto360.container import videos
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run one round, which ends before the next begins."""
    return videos.video_upkeep().run(seconds=50)


handler = job(run)
