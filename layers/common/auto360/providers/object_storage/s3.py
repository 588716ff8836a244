"""Object storage over S3, for VK Cloud, Yandex Object Storage and Supabase Storage. boto3 is loaded on first use.

The three support S3 as of before checksum trailers, so requests have Content-MD5 and nothing newer
(docs/decisions/0040).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from auto360.providers.object_storage import ObjectDamaged, ObjectInfo, StoreUnavailable, Written
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3_client import new_client, required, translated
from auto360.providers.object_storage.s3_upload import PART_BYTES, Parts, Upload, put_small

if TYPE_CHECKING:
    from botocore.client import BaseClient

_READ_BYTES = 1024 * 1024
_DELETE_AT_ONCE = 1000
_COPY_PART_BYTES = 512 * 1024 * 1024
# A read that breaks repeatedly without a new byte is given up.
_READ_TRIES = 6


class S3Store:
    """`ObjectStore` and `UploadSweeper` of one bucket."""

    def __init__(self, access: S3Access, bucket: str, *, part_bytes: int = PART_BYTES, parallel: int = 3) -> None:
        self.bucket = bucket
        self._access = access
        self._part_bytes, self._parallel = part_bytes, parallel
        self._made: BaseClient | None = None

    def put(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        cache_control: str | None = None,
    ) -> Written:
        """Write one part in a single upload, several as a multipart upload, `parallel` parts at a time."""
        parts = Parts(chunks, self._part_bytes)
        options = {"ContentType": content_type, "Metadata": dict(metadata or {})}
        if cache_control is not None:
            options["CacheControl"] = cache_control
        with translated(key):
            if parts.is_one:
                written = put_small(self._client, self.bucket, key, parts.take_first(), options)
            else:
                written = Upload(self._client, self.bucket, key, self._parallel).run(parts, options)
        info = self.head(key)
        if info is None or info.size != written.size:
            raise ObjectDamaged(f"{key}: {written.size} bytes were sent, {info.size if info else 'nothing'} is there")
        return written

    def get(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Read a range; a broken read resumes at the same byte of the same version."""
        if end is not None and end <= start:
            return
        position, etag, tries = start, "", 0
        while True:
            began = position
            try:
                for chunk, version, last in self._read(key, position, end, etag):
                    etag, end = version, last
                    position += len(chunk)
                    yield chunk
            except StoreUnavailable:
                tries = 1 if position > began else tries + 1
                if tries >= _READ_TRIES:
                    raise
                time.sleep(min(0.2 * 2**tries, 5.0))
                continue
            if end is None or position >= end:
                return
            tries += 1
            if tries >= _READ_TRIES:
                raise ObjectDamaged(f"{key}: it ends at byte {position} instead of {end}")

    def head(self, key: str) -> ObjectInfo | None:
        from botocore.exceptions import ClientError

        try:
            with translated(key, passing=("404", "NoSuchKey", "NotFound")):
                found = self._client.head_object(Bucket=self.bucket, Key=key)
        except ClientError:
            return None
        size, etag, modified = required(key, found, "ContentLength", "ETag", "LastModified")
        return ObjectInfo(key, size, etag.strip('"'), modified, found.get("ContentType", ""), found.get("Metadata", {}))

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """Objects in order of their keys, a thousand per request."""
        place: dict[str, str] = {"StartAfter": after} if after else {}
        while True:
            with translated(prefix or self.bucket):
                page = self._client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, **place)
            last = ""
            for item in page.get("Contents", ()):
                last, size, etag, modified = required(prefix, item, "Key", "Size", "ETag", "LastModified")
                yield ObjectInfo(last, size, etag.strip('"'), modified)
            if not page.get("IsTruncated"):
                return
            token = page.get("NextContinuationToken")
            following = {"ContinuationToken": token} if token else {"StartAfter": last}
            if following == place or not (token or last):
                raise StoreUnavailable(f"{prefix or self.bucket}: a list without an end")
            place = following

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, up to a thousand per request. Raises StoreUnavailable where one remains."""
        if not self._access.deletes_many:
            for key in keys:
                with translated(key):
                    self._client.delete_object(Bucket=self.bucket, Key=key)
            return
        waiting = iter(keys)
        while batch := list(islice(waiting, _DELETE_AT_ONCE)):
            with translated(batch[0]):
                listed = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
                answer = self._client.delete_objects(Bucket=self.bucket, Delete=listed)
            for error in answer.get("Errors", ()):
                raise StoreUnavailable(f"{error.get('Key')}: it was not deleted ({error.get('Code')})")

    def copy(self, key: str, *, to: str, content_type: str | None = None) -> None:
        """Copy within the bucket, large objects in parts; onto itself to give it another type."""
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(multipart_threshold=_COPY_PART_BYTES, multipart_chunksize=_COPY_PART_BYTES)
        with translated(key):
            extra = {"ContentType": content_type, "MetadataDirective": "REPLACE"} if content_type else {}
            self._client.copy({"Bucket": self.bucket, "Key": key}, self.bucket, to, ExtraArgs=extra, Config=config)

    def sweep_uploads(self, *, begun_before: datetime, prefix: str = "") -> int:
        """Abort unfinished uploads, except one that completes meanwhile."""
        swept = 0
        with translated(prefix or self.bucket, passing=("NoSuchUpload",)):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=prefix)
            for upload in (upload for page in pages for upload in page.get("Uploads", ())):
                name, upload_id, begun = required(prefix, upload, "Key", "UploadId", "Initiated")
                if begun < begun_before:
                    self._abort(name, upload_id)
                    swept += 1
        return swept

    def _abort(self, key: str, upload_id: str) -> None:
        from botocore.exceptions import ClientError

        try:
            with translated(key, passing=("NoSuchUpload",)):
                self._client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except ClientError:
            return

    def _read(self, key: str, start: int, end: int | None, etag: str) -> Iterator[tuple[bytes, str, int]]:
        """Chunks of one answer, each with the version read and the byte at which the range ends."""
        request: dict[str, Any] = {"Bucket": self.bucket, "Key": key}
        if start or end is not None:
            request["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if etag:
            request["IfMatch"] = f'"{etag}"'
        with translated(key):
            answer = self._client.get_object(**request)
            length, body, version = required(key, answer, "ContentLength", "Body", "ETag")
            last, version = start + length, version.strip('"')
            with body:
                while chunk := body.read(_READ_BYTES):
                    yield chunk, version, last

    @property
    def _client(self) -> Any:
        if self._made is None:
            self._made = new_client(self._access, connections=self._parallel + 2)
        return self._made
