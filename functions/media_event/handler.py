"""Object-storage event: check a new file in the uploads bucket and replicate it to VK Cloud at once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from auto360.container import replication
from auto360.http.events import stored_objects
from auto360.jobs.entry import job


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Handle every file of the event.

    Raises when a file cannot be copied now, so that the platform repeats the event.
    """
    return Counter(replication.arrivals().take(stored.key) for stored in stored_objects(event))


handler = job(run)
