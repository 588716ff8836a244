"""Supabase Storage behind its S3 interface: rows of `storage.objects` are authoritative, files only hold bytes.

Like there, HEAD and lists are answered from the rows, so they include missing files; a file is read under the
version in its row; sizes, types and names are checked against the bucket and the project.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from local.s3.answers import Refused
from local.s3.files import Segment, Stored

_SECONDS = 5
# Limit of a new project, which overrides larger limits of buckets.
PROJECT_BYTES = 50 * 1024 * 1024
_NAME = re.compile(r"[\w/!\-.*'() &$@=;:+,?]+", re.ASCII)
_LIST = "select name, version, metadata, updated_at from storage.objects where bucket_id = %s"
_KEEP = """
insert into storage.objects (bucket_id, name, version, metadata)
values (%(bucket)s, %(name)s, %(version)s, jsonb_build_object('eTag', %(etag)s::text, 'size', %(size)s::bigint,
  'mimetype', %(type)s::text, 'cacheControl', %(cache)s::text, 'contentLength', %(size)s::bigint,
  'httpStatusCode', 200))
on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata
"""


@dataclass
class SupabaseRows:
    """Buckets of a project at `database`; a file may have at most `project_bytes` bytes."""

    database: str
    buckets: Collection[str]
    project_bytes: int = PROJECT_BYTES
    _connection: psycopg.Connection[Any] | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def find(self, bucket: str, name: str) -> Stored | None:
        """Return the metadata of an object for HEAD."""
        found = self._run(f"{_LIST} and name = %s", bucket, name)
        return _described(found[0]) if found else None

    def version(self, bucket: str, name: str) -> str | None:
        """Return the version whose file is read."""
        found = self._run("select version from storage.objects where bucket_id = %s and name = %s", bucket, name)
        return found[0][0] if found else None

    def listed(self, bucket: str) -> dict[str, Stored]:
        """Return the metadata of all objects of a bucket, by name."""
        found = self._run(_LIST, bucket)
        return {row[0]: _described(row) for row in found}

    def require_allowed(self, bucket: str, stored: Stored) -> None:
        """Raise Refused for a file that the bucket or the project does not accept."""
        if not _NAME.fullmatch(stored.key):
            raise Refused("InvalidKey")
        limits = self._run("select file_size_limit, allowed_mime_types from storage.buckets where id = %s", bucket)
        if not limits:
            raise Refused("NoSuchBucket")
        max_bytes, types = limits[0]
        if stored.bytes > min(max_bytes or self.project_bytes, self.project_bytes):
            raise Refused("EntityTooLarge")
        if types and stored.content_type not in types:
            raise Refused("InvalidMimeType")

    def keep(self, bucket: str, stored: Stored) -> None:
        """Record a written file."""
        told = {"bucket": bucket, "name": stored.key, "version": version_of(stored), "etag": f'"{stored.etag}"'}
        told |= {"type": stored.content_type, "cache": stored.cache_control or "no-cache"}
        self._run(_KEEP, told | {"size": stored.bytes})

    def delete(self, bucket: str, name: str) -> bool:
        """Record a deleted file; False without a row."""
        self._run("select set_config('storage.allow_delete_query', 'true', false)")
        deleted = "delete from storage.objects where bucket_id = %s and name = %s returning id"
        return bool(self._run(deleted, bucket, name))

    def close(self) -> None:
        """Return the connection."""
        if self._connection is not None:
            self._connection.close()

    def _run(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        given = values[0] if values and isinstance(values[0], dict) else values
        with self._lock:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = psycopg.connect(self.database, autocommit=True, connect_timeout=_SECONDS)
                done = self._connection.execute(query.encode(), given or None)
                return done.fetchall() if done.description else []
            except psycopg.OperationalError:
                self._connection = None
                raise Refused("SlowDown") from None
            except psycopg.Error:
                raise Refused("InternalError") from None


def version_of(stored: Stored) -> str:
    """Return a new version for each write."""
    return stored.segments[0].name if stored.segments else "empty"


def _described(row: tuple[Any, ...]) -> Stored:
    name, version, metadata, updated = row
    told = metadata or {}
    size = int(told.get("size", 0))
    modified = updated if isinstance(updated, datetime) else datetime.fromisoformat(str(updated))
    etag = str(told.get("eTag", "")).strip('"')
    return Stored(name, etag, modified.isoformat(), told.get("mimetype", ""), {}, (Segment(version or "", size, ""),))
