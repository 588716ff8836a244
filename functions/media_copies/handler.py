"""Timers: copies of videos and files to VK Cloud. The timer's input names the job, such as `{"job": "videos"}`."""

from collections.abc import Mapping
from typing import Any

from auto360.runtime.events import timer_input
from auto360.runtime.jobs import job
from auto360.wiring import copies


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """The job that was asked for."""
    return copies.schedule().run(timer_input(event))


handler = job(run)
