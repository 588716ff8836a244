"""Timer: counts the business figures of yesterday, soon after midnight in Bishkek."""

from auto360.container import cleanup
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Count the days that may have changed."""
    return cleanup.daily_figures().record()


handler = job(run)
