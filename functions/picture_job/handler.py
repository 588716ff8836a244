"""Object-storage event: encode uploaded pictures at once. Timers: encode missed ones, delete unused ones."""

from collections.abc import Mapping
from typing import Any

from auto360.container import pictures
from auto360.http.events import stored_objects, timer_input
from auto360.jobs.entry import job


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Encode the pictures of a storage event, or run the job named by a timer."""
    names = [stored.key for stored in stored_objects(event)]
    return pictures.work().take(names) if names else pictures.schedule().run(timer_input(event))


handler = job(run)
