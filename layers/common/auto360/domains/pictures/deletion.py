"""Deletion of unreferenced pictures, of originals after 30 days, and of files without a row.

Counts only, until deletion is switched on; with a limit per run (docs/decisions/0131).
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.domains.pictures.moves import PUBLIC, private_name
from auto360.providers.database import Database
from auto360.providers.database.functions.picture_deletion import (
    picture_deletions,
    picture_strays,
    pictures_deleted,
)
from auto360.providers.database.functions.picture_work import picture_find_missed
from auto360.providers.database.lease import lease
from auto360.providers.object_storage import ObjectStore

_MAX_MISSED = 1000


class PictureDeletionPolicy(EnvSettings):
    """Limit of deletions of each kind per run; without `picture_deletion` a run counts and deletes nothing."""

    picture_deletion: bool = False
    picture_max_deletions: int = Field(500, ge=1, le=10_000)


@dataclass(frozen=True)
class PictureDeletion:
    """Deletion and its dependencies. `store` opens a bucket of Supabase Storage."""

    database: Database
    incoming: ObjectStore
    store: Callable[[str], ObjectStore]
    policy: PictureDeletionPolicy

    def __call__(self) -> dict[str, int]:
        """Delete due pictures; returns counts, or {skipped} while another run holds the lease."""
        with lease(self.database, "picture_deletion", seconds=900) as held:
            return self._run() if held else {"skipped": 1}

    def _run(self) -> dict[str, int]:
        limit, is_dry = self.policy.picture_max_deletions, not self.policy.picture_deletion
        missed = picture_find_missed(self.database, limit=_MAX_MISSED)
        due = picture_deletions(self.database, limit=limit, dry_run=is_dry)
        strays: list[str] = picture_strays(self.database, after="", limit=limit)
        counted = {"missed": int(missed), "dry_run": int(is_dry)}
        counted |= {"unused": due["unused"], "originals": due["originals"], "strays": len(strays)}
        if is_dry:
            return counted
        for picture in due["pictures"]:
            self.store(picture["bucket"]).delete(picture["names"])
            self.incoming.delete([private_name(picture["bucket"], name) for name in picture["names"]])
        self.incoming.delete([original["name"] for original in due["incoming"]])
        self.store(PUBLIC).delete(strays)
        ids, incoming_ids = ([row["id"] for row in due[kind]] for kind in ("pictures", "incoming"))
        return counted | {"deleted": int(pictures_deleted(self.database, ids=ids, incoming_ids=incoming_ids))}
