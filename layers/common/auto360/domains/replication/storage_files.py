"""Files of Supabase Storage: changes from its tables, lists and bytes from its S3 interface.

The storage itself serves the list of a whole bucket: comparing with it finds changes missed by the order of changes,
such as deletions (docs/reference/backups.md, section 1.3).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import field_validator

from auto360.core.settings import EnvSettings
from auto360.domains.replication import ReplicaLocation, SourceFile
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.backups_and_replication import storage_changes
from auto360.providers.object_storage import ObjectStore

_PAGE = 500


class CopiedBuckets(EnvSettings):
    """`COPIED_BUCKETS`: replicated buckets of Supabase Storage, comma-separated."""

    copied_buckets: str = "avatars,business-logos,documents,listings-thumbnails,listings-videos,pictures"

    @field_validator("copied_buckets")
    @classmethod
    def _named(cls, value: str) -> str:
        if not all(value.split(",")) or "/" in value:
            raise ValueError("must be a comma-separated list of bucket names")
        return value

    def names(self) -> tuple[str, ...]:
        return tuple(self.copied_buckets.split(","))


@dataclass(frozen=True)
class SupabaseFiles:
    """`StorageFiles` of one project. `store` opens a bucket."""

    database: Database
    store: Callable[[str], ObjectStore]
    names: tuple[str, ...]

    def buckets(self) -> tuple[str, ...]:
        return self.names

    def changes(self, after: ReplicaLocation, *, until: datetime) -> Iterator[SourceFile]:
        """Read `storage.objects`, page by page."""
        while True:
            rows: list[Row] = storage_changes(self.database, after=after.changed_at, after_id=after.id, limit=_PAGE)
            for row in rows:
                after = ReplicaLocation(row["changed_at"], row["id"])
                if datetime.fromisoformat(after.changed_at) > until:
                    return
                if row["bucket"] in self.names:
                    yield SourceFile(row["bucket"], row["name"], row["etag"], int(row["bytes"] or 0), after)
            if len(rows) < _PAGE:
                return

    def listed(self, bucket: str) -> Iterator[SourceFile]:
        """List through the S3 interface, in the order of names."""
        for found in self.store(bucket).list():
            yield SourceFile(bucket, found.key, found.etag, found.size)

    def read(self, bucket: str, name: str) -> Iterator[bytes]:
        return self.store(bucket).get(name)
