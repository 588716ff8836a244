"""Timer: moves videos from api.video to Yandex Cloud Video, as many as the day and the time of a call allow."""

import time

from auto360.container import video_transfer
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int | str]:
    """Work until shortly before the platform would end the call; the rest is for the next one."""
    seconds = video_transfer.policy().video_migration_run_seconds
    return video_transfer.migration_run().until(time.monotonic() + seconds)


handler = job(run)
