"""Timers: replicate videos and files to VK Cloud. The timer's input names the job, such as `{"job": "videos"}`."""

from collections.abc import Mapping
from typing import Any

from auto360.container import replication
from auto360.http.events import timer_input
from auto360.jobs.entry import job


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Run the job named by the event."""
    return replication.schedule().run(timer_input(event))


handler = job(run)
