"""Timer: counts the business figures of yesterday, soon after midnight in Bishkek."""

from auto360.runtime.jobs import job
from auto360.wiring import housekeeping


def run(_event: object) -> dict[str, int]:
    """Count the days that may have changed."""
    return housekeeping.daily_figures().record()


handler = job(run)
