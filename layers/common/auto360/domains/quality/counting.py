"""Timer that counts the playback reports that have arrived (docs/decisions/0164)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from auto360.providers.database import Database
from auto360.providers.database.functions.quality_counting import quality_count
from auto360.providers.database.lease import lease

_BATCHES = 2000


@dataclass(frozen=True)
class PlaybackCounter:
    """Counter and its dependencies. `max_views` is the limit of a group of addresses for an hour, as at the intake."""

    database: Database
    max_views: int
    run_seconds: float = 40.0
    seconds: Callable[[], float] = time.monotonic

    def run(self) -> dict[str, int]:
        """Count what waits, 2,000 batches a step: {batches}. Each step is one transaction, so that none counts twice.

        Does nothing while another run holds the lease or the job is paused.
        """
        with lease(self.database, "quality_counter", seconds=round(self.run_seconds) + 40) as is_ours:
            return {"batches": self._work()} if is_ours else {"skipped": 1}

    def _work(self) -> int:
        counted, ends_at = 0, self.seconds() + self.run_seconds
        while self.seconds() < ends_at:
            step = quality_count(self.database, limit=_BATCHES, max_views=self.max_views)
            counted += step
            if step < _BATCHES:
                break
        return counted
