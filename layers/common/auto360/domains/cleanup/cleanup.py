"""Cleanup sweep: batch after batch, while something is due and time is left."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from auto360.core.urls import ImageLinks
from auto360.providers.database import Database
from auto360.providers.database.functions.cleanup import cleanup_batch
from auto360.providers.database.functions.storage_buckets import image_origins_set
from auto360.providers.database.lease import lease


@dataclass(frozen=True)
class Cleanup:
    """Deletes expired data. SQL selects the due rows; a batch is one transaction."""

    database: Database
    images: ImageLinks
    batch: int = 1000
    seconds: float = 200.0
    now: Callable[[], float] = time.monotonic

    def __call__(self) -> dict[str, int]:
        """Return counts of deleted rows by kind; {skipped} while another run holds the lease."""
        with lease(self.database, "cleanup", seconds=int(self.seconds) + 60) as held:
            return self._sweep() if held else {"skipped": 1}

    def _sweep(self) -> dict[str, int]:
        until, removed = self.now() + self.seconds, Counter[str]()
        self._announce_image_origins()
        while True:
            counts: dict[str, int] = cleanup_batch(self.database, limit=self.batch)
            removed.update(counts)
            if max(counts.values()) < self.batch or self.now() >= until:
                return {kind: count for kind, count in removed.items() if count}

    def _announce_image_origins(self) -> None:
        """Store the allowed picture hosts in the database, so that direct writes follow the same settings."""
        storage, hosts = self.images.origins
        image_origins_set(self.database, storage=storage, pictures=self.images.pictures, hosts=hosts)
