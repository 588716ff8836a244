"""Project's storage and the bucket of copies: the local S3 with the rows that Supabase keeps, and our jobs on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from auto360.container.data import database as wired_database
from auto360.domains.backups.lease import leased
from auto360.domains.replication.ledger import CopyLedger
from auto360.domains.replication.storage import StorageCopies, StoragePolicy
from auto360.domains.replication.storage_files import SupabaseFiles
from auto360.providers.database import Database as Calls
from auto360.providers.database.lease import Lease
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from local.s3.files import Buckets
from local.s3.notices import Notices
from local.s3.service import Account, S3Service
from local.s3.supabase_rows import SupabaseRows
from local.thread_server import serving
from tests.support.database import NOBODY_LISTENS, Database
from tests.support.functions import Functions

BACKUP, UPLOADS = "backup", "uploads"


@dataclass
class CopyWorld:
    """Source and target of replication. `ahead` moves our clock: changes count once they have settled."""

    database: Database
    calls: Calls
    url: str
    bucket: str
    notices: Notices
    files: Buckets
    rows: SupabaseRows
    ahead: timedelta = field(default=timedelta(minutes=5))
    _opened: dict[str, S3Store] = field(default_factory=dict, init=False)

    def store(self, name: str) -> S3Store:
        """Return a bucket; opening one takes boto3 a while."""
        if name not in self._opened:
            access = S3Access(self.url, "local", "KEY", "secret", deletes_many=name != self.bucket)
            self._opened[name] = S3Store(access, name)
        return self._opened[name]

    @contextmanager
    def revoked_key(self) -> Iterator[None]:
        """Yield the bucket of copies refuses us."""
        kept = self._opened.pop(BACKUP)
        self._opened[BACKUP] = S3Store(S3Access(self.url, "local", "KEY", "of yesterday"), BACKUP)
        yield
        self._opened[BACKUP] = kept

    @property
    def environ(self) -> dict[str, str]:
        """Return the variables of the stores."""
        found = {"COPIED_BUCKETS": self.bucket}
        for prefix in ("VK_CLOUD", "YANDEX_STORAGE", "SUPABASE_STORAGE"):
            found |= {f"{prefix}_ENDPOINT": self.url, f"{prefix}_REGION": "local", f"{prefix}_ACCESS_KEY": "KEY"}
            found |= {f"{prefix}_SECRET_KEY": "secret"}
        return found | {"VK_CLOUD_BUCKET": BACKUP, "YANDEX_STORAGE_BUCKET": UPLOADS}

    def upload(self, name: str, content: bytes, *, bucket: str | None = None) -> None:
        """Store a user's file."""
        self.store(bucket or self.bucket).put(name, [content], content_type="image/png")
        self.notices.settle()

    def remove(self, *names: str) -> None:
        """Delete a user's files."""
        self.store(self.bucket).delete(names)
        self.notices.settle()

    def copied(self, prefix: str = "storage/current/") -> dict[str, bytes]:
        """Return the replicas by key, without the prefix and the source's bucket."""
        store = self.store(BACKUP)
        return {
            found.key.removeprefix(prefix).removeprefix(f"{self.bucket}/"): b"".join(store.get(found.key))
            for found in store.list(prefix)
        }

    def copies(self, **policy: object) -> StorageCopies:
        """Return our side of it."""
        files = SupabaseFiles(self.calls, self.store, (self.bucket,))
        settings = StoragePolicy.load({name.upper(): str(value) for name, value in policy.items()})
        return StorageCopies(files, self.store(BACKUP), CopyLedger(self.calls), settings, self.now)

    def now(self) -> datetime:
        """Return our clock."""
        return datetime.now(UTC) + self.ahead

    @contextmanager
    def lease(self, job: str = "storage") -> Iterator[Lease]:
        """Yield the lease of a job; of one of this world alone, so that each begins anew."""
        with leased(self.calls, f"{job}-{self.bucket}") as held:
            yield held

    def copy_changes(self, **policy: object) -> StorageCopies:
        copies = self.copies(**policy)
        with self.lease() as held:
            assert copies.copy_changes(held, until=self.now() + timedelta(minutes=5))
        return copies

    def compare(self, **policy: object) -> StorageCopies:
        copies = self.copies(**policy)
        with self.lease() as held:
            copies.compare(held)
        return copies


@pytest.fixture
def copy_world(functions: Functions, database: Database, tmp_path: Path) -> Iterator[CopyWorld]:
    """Yield a bucket of its own with nothing in it."""
    bucket = f"files-{uuid4().hex[:10]}"
    with database.connect() as connection:
        query = (
            "insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)"
            " values (%s, %s, false, 1048576, array['image/png'])"
        )
        connection.execute(query, [bucket, bucket])
    buckets, names = Buckets(tmp_path / "s3"), frozenset({bucket, BACKUP, UPLOADS})
    for name in names:
        buckets.create(name)
    notices = Notices(NOBODY_LISTENS, (bucket,))
    notices.start()
    rows = SupabaseRows(database.dsn, (bucket,))
    service = S3Service(buckets, {"KEY": Account("secret", names)}, notices.take, rows)
    with serving(service.application) as url:
        world = CopyWorld(database, wired_database(), url, bucket, notices, buckets, rows)
        functions.set(**world.environ)
        yield world
    notices.settle()
    rows.close()
    with database.connect() as connection, connection.transaction():
        connection.execute("set local storage.allow_delete_query = 'true'")
        connection.execute("delete from storage.objects where bucket_id = %s", [bucket])
        connection.execute("delete from storage.buckets where id = %s", [bucket])
