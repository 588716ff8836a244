"""The sweep: batch after batch, while there is something to remove and time to do it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from auto360.core.urls import ImageLinks
from auto360.providers.database import Database
from auto360.providers.database.lease import lease


@dataclass(frozen=True)
class Cleanup:
    """What is old enough is decided by SQL. A batch is one transaction: whatever ends the run, no half is left."""

    database: Database
    images: ImageLinks
    batch: int = 1000
    seconds: float = 200.0
    now: Callable[[], float] = time.monotonic

    def __call__(self) -> dict[str, int]:
        """Counts of what was removed, by kind; {skipped} while another run has the job."""
        with lease(self.database, "cleanup", seconds=int(self.seconds) + 60) as held:
            return self._sweep() if held else {"skipped": 1}

    def _sweep(self) -> dict[str, int]:
        until, removed = self.now() + self.seconds, Counter[str]()
        self._announce_image_origins()
        while True:
            counts: dict[str, int] = self.database.call("cleanup_batch", {"p_most": self.batch})
            removed.update(counts)
            if max(counts.values()) < self.batch or self.now() >= until:
                return {kind: count for kind, count in removed.items() if count}

    def _announce_image_origins(self) -> None:
        """Tell the database where pictures may lie: what the app writes past the API follows the same settings."""
        storage, hosts = self.images.origins
        self.database.call("image_origins_set", {"p_storage": storage, "p_hosts": hosts})
