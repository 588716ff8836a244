"""Timers: copy database backups to VK Cloud. The timer's input names the job, such as `{"job": "database_daily"}`."""

from collections.abc import Mapping
from typing import Any

from auto360.container import backups
from auto360.http.events import timer_input
from auto360.jobs.entry import job


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Run the job named by the event."""
    return backups.schedule().run(timer_input(event))


handler = job(run)
