"""Timer that matches new listings with saved searches and notifies of hits (docs/decisions/0140).

Each step is one transaction in the database, so that a killed run loses nothing and repeats nothing.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from auto360.domains.listings.queries import ViewerFingerprint
from auto360.providers.database import Database, DatabaseUnavailable, Row
from auto360.providers.database.functions.search_digests import search_digests_due, search_digests_tell
from auto360.providers.database.functions.search_matching import search_match_step
from auto360.providers.database.lease import lease

_LOG = logging.getLogger("auto360.domains.listings.search_matching")
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
        """Match new arrivals, then send due notifications: {listings, hits, notified, failed}. Safe to repeat.

        Does nothing while another run holds the lease or the job is paused.
        """
        with lease(self.database, "search_matcher", seconds=round(self.run_seconds) + 40) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        counts, ends_at = {"listings": 0, "hits": 0, "notified": 0, "failed": 0}, self.seconds() + self.run_seconds
        is_busy, limit = True, _LISTINGS
        while is_busy and self.seconds() < ends_at:
            matched, limit = self._matched(limit)
            due = search_digests_due(self.database, limit=_DIGESTS)
            if due:
                viewers = [{"id": row["id"], "viewer": self.viewers.of_user(row["user_id"])} for row in due]
                told = search_digests_tell(self.database, viewers=viewers)
                counts["notified"] += told["told"]
                counts["failed"] += told["failed"]
            counts["listings"] += matched["listings"]
            counts["hits"] += matched["hits"]
            # A call ends after some seconds, so that some of these may still be due.
            is_busy = bool(matched["listings"] or due)
        if counts["failed"]:
            _LOG.error("digests failed: %d", counts["failed"])
        return counts

    def _matched(self, limit: int) -> tuple[Row, int]:
        """Match up to `limit` listings, fewer where they take longer than a statement may; return that number as well.

        Raises DatabaseUnavailable where a single one does.
        """
        while True:
            try:
                return search_match_step(self.database, limit=limit), limit
            except DatabaseUnavailable as error:
                if limit == 1:
                    raise
                _LOG.warning("matching %d listings failed: %s", limit, error.reason)
                limit = max(1, limit // 4)
