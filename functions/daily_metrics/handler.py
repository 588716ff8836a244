"""Timer: count yesterday's business metrics, playback and CDN, soon after midnight in Bishkek."""

from auto360.container import cleanup
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Count the days whose metrics may have changed."""
    return cleanup.metrics_job().record()


handler = job(run)
