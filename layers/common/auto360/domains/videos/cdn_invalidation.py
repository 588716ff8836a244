"""CDN invalidation: paths are queued in the database when a video moves, and purged ten a minute."""

from __future__ import annotations

from dataclasses import dataclass

from auto360.providers.cdn import Cdn, CdnFailure
from auto360.providers.database import Database
from auto360.providers.database.functions.cdn_purges import (
    cdn_purge_done,
    cdn_purge_drop,
    cdn_purge_failed,
    cdn_purge_take,
)


@dataclass(frozen=True)
class Purging:
    """Purges one batch, if a minute has passed since the last one of any instance."""

    database: Database
    cdn: Cdn | None

    def __call__(self) -> dict[str, int | str]:
        """Purge and return the number of paths. Uncertain ones are sent again: purging is idempotent.

        Without a CDN the queue is dropped.
        """
        if self.cdn is None:
            cdn_purge_drop(self.database)
            return {"purged": 0}
        batch = cdn_purge_take(self.database)
        if not batch:
            return {"purged": 0}
        ids = [item["id"] for item in batch]
        try:
            self.cdn.purge([item["path"] for item in batch])
        except CdnFailure as failure:
            cdn_purge_failed(self.database, ids=ids)
            return {"purged": 0, "failed": failure.code}
        cdn_purge_done(self.database, ids=ids)
        return {"purged": len(ids)}
