"""Object-storage event: a file that has arrived in the uploads bucket is looked at and copied to VK Cloud at once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from auto360.runtime.events import stored_objects
from auto360.runtime.jobs import job
from auto360.wiring import copies


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Every file of the event; one that cannot be copied now makes the platform send the event again."""
    return Counter(copies.arrivals().take(stored.key) for stored in stored_objects(event))


handler = job(run)
