"""Restoring users' files from VK Cloud into the buckets of Supabase Storage and of the uploads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from auto360.container.object_storage import backup_store, supabase_bucket, upload_store
from auto360.domains.backups.errors import ObjectChanged
from auto360.domains.replication.file_types import safe_type
from auto360.domains.replication.storage import CURRENT
from auto360.providers.object_storage import ObjectInfo, ObjectMissing, ObjectStore
from auto360.providers.postgres_dump.postgres import connected
from tools.backup.console import Console

_AT_ONCE = 8


@dataclass
class RunStats:
    """Counters of a restore."""

    restored: int = 0
    already_there: int = 0
    bytes: int = 0


def restore_buckets(console: Console, *, only: str | None, database: str | None) -> RunStats:
    """Restore every file that is missing or differs. A repeated run resumes where it stopped.

    Raises ObjectChanged for a copy that differs from its source, and ObjectStoreError.
    """
    store, counted = backup_store(), RunStats()
    prefix = f"{CURRENT}/{only}/" if only else f"{CURRENT}/"
    copies = list(store.list(prefix))
    total = sum(copy.size for copy in copies)
    buckets = sorted({_place(copy.key)[0] for copy in copies})
    console.plan(f"{len(copies)} files, {total / 1e6:.1f} MB, into the buckets {', '.join(buckets) or 'none'}")
    if not copies or not console.confirmed("Put them back?"):
        return counted
    types = _content_types(database) if database else {}
    targets: dict[str, ObjectStore] = {name: _bucket(name) for name in buckets}

    def put_back(copy: ObjectInfo) -> int:
        bucket, name = _place(copy.key)
        return _put_back(store, copy, targets[bucket], name, types.get((bucket, name), ""))

    with console.timed("all files are back"), ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, size in enumerate(pool.map(put_back, copies), 1):
            counted.restored += size >= 0
            counted.already_there += size < 0
            counted.bytes += max(size, 0)
            if number % 500 == 0:
                console.say(f"{number} of {len(copies)} files")
    console.say(f"{counted.restored} files restored, {counted.already_there} were there already")
    return counted


def _put_back(store: ObjectStore, copy: ObjectInfo, target: ObjectStore, name: str, content_type: str) -> int:
    """Return the number of written bytes, or -1 for an unchanged file."""
    if _is_there(target, name, copy):
        return -1
    described = store.head(copy.key)
    expected = described.metadata.get("sha256", "") if described else ""
    declared = content_type or (described.content_type if described else "")
    written = target.put(name, store.get(copy.key), content_type=safe_type(declared, name=name))
    if expected and written.sha256.hex() != expected:
        target.delete([name])
        raise ObjectChanged(f"{copy.key} has another SHA-256 than recorded; it was not restored")
    return written.size


def _is_there(target: ObjectStore, name: str, copy: ObjectInfo) -> bool:
    """Return True if the file exists unchanged. Supabase answers HEAD from a row alone, so one byte is read as well."""
    found = target.head(name)
    if found is None or found.size != copy.size or found.etag != copy.etag:
        return False
    try:
        for _ in target.get(name, end=1 if copy.size else None):
            return True
    except ObjectMissing:
        return False
    return copy.size == 0


def _place(key: str) -> tuple[str, str]:
    bucket, _, name = key.removeprefix(f"{CURRENT}/").partition("/")
    return bucket, name


def _bucket(name: str) -> ObjectStore:
    uploads = upload_store()
    return uploads if name == uploads.bucket else supabase_bucket(name)


def _content_types(database: str) -> dict[tuple[str, str], str]:
    """Return the content types in the restored database; replicas do not keep them."""
    with connected(database) as connection:
        rows = connection.execute(
            "select bucket_id, name, metadata ->> 'mimetype' from storage.objects where metadata ? 'mimetype'"
        ).fetchall()
    return {(str(bucket), str(name)): str(kind) for bucket, name, kind in rows if kind}
