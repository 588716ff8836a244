"""CDN invalidation: paths are queued in the database when a video moves, and purged ten a minute."""

from __future__ import annotations

from dataclasses import dataclass

from auto360.providers.cdn import Cdn, CdnFailure
from auto360.providers.database import Database


@dataclass(frozen=True)
class Purging:
    """Purges one batch, if a minute has passed since the last one of any instance."""

    database: Database
    cdn: Cdn | None

    def __call__(self) -> dict[str, int | str]:
        """Purge and return the number of paths. Uncertain ones are sent again: purging twice does no harm.

        Without a CDN the queue is dropped.
        """
        if self.cdn is None:
            self.database.call("cdn_purge_drop", {})
            return {"purged": 0}
        batch = self.database.call("cdn_purge_take", {})
        if not batch:
            return {"purged": 0}
        ids = [item["id"] for item in batch]
        try:
            self.cdn.purge([item["path"] for item in batch])
        except CdnFailure as failure:
            self.database.call("cdn_purge_failed", {"p_ids": ids})
            return {"purged": 0, "failed": failure.code}
        self.database.call("cdn_purge_done", {"p_ids": ids})
        return {"purged": len(ids)}
