"""Timer that matches new listings with saved searches and notifies of hits (docs/decisions/0140).

Each step is one transaction in the database, so that a killed run loses nothing and repeats nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from auto360.domains.listings.queries import ViewerFingerprint
from auto360.providers.database import Database
from auto360.providers.database.functions.search_digests import search_digests_due, search_digests_tell
from auto360.providers.database.functions.search_matching import search_match_step
from auto360.providers.database.lease import lease

_LISTINGS = 20
_DIGESTS = 200


@dataclass(frozen=True)
class SearchMatcher:
    """Matcher and its dependencies."""

    database: Database
    viewers: ViewerFingerprint
    run_seconds: float = 50.0
    seconds: Callable[[], float] = time.monotonic

    def run(self) -> dict[str, int]:
        """Match new arrivals, then send due notifications: {listings, hits, notified}. Safe to repeat.

        Does nothing while another run holds the lease or the job is paused.
        """
        with lease(self.database, "search_matcher", seconds=round(self.run_seconds) + 40) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        counts, ends_at = {"listings": 0, "hits": 0, "notified": 0}, self.seconds() + self.run_seconds
        is_busy = True
        while is_busy and self.seconds() < ends_at:
            matched = search_match_step(self.database, limit=_LISTINGS)
            due = search_digests_due(self.database, limit=_DIGESTS)
            if due:
                viewers = [{"id": row["id"], "viewer": self.viewers.of_user(row["user_id"])} for row in due]
                counts["notified"] += search_digests_tell(self.database, viewers=viewers)
            counts["listings"] += matched["listings"]
            counts["hits"] += matched["hits"]
            is_busy = bool(matched["listings"]) or len(due) == _DIGESTS
        return counts
