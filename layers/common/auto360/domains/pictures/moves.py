"""Withdrawal and restoration of pictures: their files change between a public and the private bucket.

Each step may be repeated: a file is copied before it is deleted, and the database decides the bucket.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auto360.providers.database import Database, Row
from auto360.providers.database.functions.picture_work import picture_moved
from auto360.providers.object_storage import ObjectMissing, ObjectStore

INCOMING, PUBLIC = "incoming", "pictures"
# A name contains the hash of its content, so it never expires in caches.
FOREVER = "public, max-age=31536000, immutable"
# Files cleaned in place keep their name: caches expire after an hour.
IN_PLACE = "public, max-age=3600"


def private_name(bucket: str, name: str) -> str:
    """Return the key of a withdrawn file in the private bucket."""
    return f"withdrawn/{bucket}/{name}"


@dataclass(frozen=True)
class PictureMoves:
    """Moves and their dependencies. `store` opens a bucket."""

    database: Database
    incoming: ObjectStore
    store: Callable[[str], ObjectStore]

    def __call__(self, row: Row) -> str:
        """Move the files of a claimed picture; returns its state. Raises ObjectStoreError."""
        bucket = PUBLIC if row["bucket"] == INCOMING else row["bucket"]
        names = [file["name"] for file in row["files"]]
        if row["state"] == "withdrawing":
            for file in row["files"]:
                self._withdraw(bucket, file)
            self.store(bucket).delete(names)
        else:
            for file in row["files"]:
                self._restore(bucket, file)
            self.incoming.delete([private_name(bucket, name) for name in names])
        return str(picture_moved(self.database, id=row["id"], version=row["version"]) or "outdated")

    def _withdraw(self, bucket: str, file: dict[str, Any]) -> None:
        try:
            content = b"".join(self.store(bucket).get(file["name"]))
        except ObjectMissing:
            # An earlier run has moved it.
            return
        self.incoming.put(private_name(bucket, file["name"]), [content], content_type=file["type"])

    def _restore(self, bucket: str, file: dict[str, Any]) -> None:
        public = self.store(bucket)
        try:
            content = b"".join(self.incoming.get(private_name(bucket, file["name"])))
        except ObjectMissing:
            if public.head(file["name"]) is None:
                raise
            return
        kept = FOREVER if bucket == PUBLIC else IN_PLACE
        public.put(file["name"], [content], content_type=file["type"], cache_control=kept)
