"""Timer: transfer videos from api.video to Yandex Cloud Video, within the daily limit and the time of a call."""

import time

from auto360.container import video_transfer
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int | str]:
    """Transfer videos until shortly before the platform's time limit."""
    seconds = video_transfer.policy().video_migration_run_seconds
    return video_transfer.migration_run().until(time.monotonic() + seconds)


handler = job(run)
