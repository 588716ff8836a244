"""Object-storage event: a file that has arrived in the uploads bucket is looked at and copied to VK Cloud at once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from auto360.container import replication
from auto360.http.events import stored_objects
from auto360.jobs.entry import job


def run(event: Mapping[str, Any]) -> Mapping[str, int]:
    """Every file of the event; one that cannot be copied now makes the platform send the event again."""
    return Counter(replication.arrivals().take(stored.key) for stored in stored_objects(event))


handler = job(run)
