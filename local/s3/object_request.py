"""Request about one object: reading, writing, copying, in one piece or in parts."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote

from aiohttp import web

from local.s3 import answers
from local.s3.answers import Refused
from local.s3.bodies import CHUNK, base64_md5, completed_parts, file_bytes
from local.s3.faults import Faults
from local.s3.files import Bucket, Buckets, PendingUpload, Segment, Stored, now
from local.s3.supabase_rows import SupabaseRows, version_of

_MIN_PART = 5 * 1024 * 1024


class Cut(Exception):
    """Connection is cut in the middle, by a fault."""


class Service(Protocol):
    """Service operations that a request needs."""

    @property
    def buckets(self) -> Buckets:
        """Return the buckets."""

    @property
    def faults(self) -> Faults:
        """Return the active faults."""

    @property
    def versioned(self) -> bool:
        """Return True if the answer to a write contains the version."""

    def keep(self, bucket: Bucket, stored: Stored) -> None:
        """Create an object."""

    def delete(self, bucket: Bucket, key: str) -> None:
        """Delete an object."""

    def rows_of(self, bucket: Bucket) -> SupabaseRows | None:
        """Return the rows of a bucket of Supabase Storage."""


@dataclass
class ObjectRequest:
    """Request about one key."""

    service: Service
    request: web.Request
    bucket: Bucket
    key: str
    mode: str

    async def answer(self) -> web.StreamResponse:
        """Answer the request. Raises Refused, Cut."""
        method, query = self.request.method, self.request.query
        if method in ("GET", "HEAD"):
            return answers.parts(self._upload()) if "uploadId" in query else await self._read()
        if method == "PUT":
            copying = "x-amz-copy-source" in self.request.headers
            if "uploadId" in query:
                return self._copy_part() if copying else await self._put_part()
            return self._copy() if copying else await self._put()
        if method == "POST" and "uploads" in query:
            upload = PendingUpload(secrets.token_hex(16), self.key, now(), self._content_type(), self._metadata())
            self.bucket.begin(upload)
            return answers.begun(self.bucket, upload)
        if method == "POST" and "uploadId" in query:
            return await self._complete()
        if method == "DELETE":
            if "uploadId" in query:
                self.bucket.end(self._upload())
            else:
                self.service.delete(self.bucket, self.key)
            return web.Response(status=204)
        raise Refused("MethodNotAllowed")

    async def _read(self) -> web.StreamResponse:
        stored = self._described() if self.request.method == "HEAD" else self._stored(self.key)
        if self.request.headers.get("If-Match", f'"{stored.etag}"') != f'"{stored.etag}"':
            raise Refused("PreconditionFailed")
        start, end, status = self._range(stored.bytes)
        headers = answers.object_headers(stored) | {"Content-Length": str(end - start)}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.bytes}"
        answer = web.StreamResponse(status=status, headers=headers)
        await answer.prepare(self.request)
        if self.request.method == "GET":
            sent = 0
            for chunk in file_bytes(self.bucket, stored, start, end):
                if self.mode == "cut" and sent + len(chunk) > self.service.faults.after_bytes:
                    await answer.write(chunk[: max(0, self.service.faults.after_bytes - sent)])
                    await asyncio.sleep(0.02)
                    raise Cut
                await self.service.faults.brake(self.mode, len(chunk))
                await answer.write(chunk)
                sent += len(chunk)
        await answer.write_eof()
        return answer

    async def _put(self) -> web.StreamResponse:
        segment = await self._receive()
        content_type, metadata = self._content_type(), self._metadata()
        cache_control = self.request.headers.get("Cache-Control", "")
        stored = Stored(self.key, segment.md5, now(), content_type, metadata, (segment,), cache_control)
        self.service.keep(self.bucket, stored)
        version = {"x-amz-version-id": version_of(stored)} if self.service.versioned else {}
        return web.Response(headers={"ETag": f'"{segment.md5}"', **version})

    async def _put_part(self) -> web.StreamResponse:
        upload, number = self._upload(), self._part_number()
        segment = await self._receive()
        if upload.id not in self.bucket.uploads:
            self.bucket.path(segment).unlink(missing_ok=True)
            raise Refused("NoSuchUpload")
        self._add_part(upload, number, segment)
        return web.Response(headers={"ETag": f'"{segment.md5}"'})

    def _add_part(self, upload: PendingUpload, number: int, segment: Segment) -> None:
        before = upload.parts.get(number)
        upload.parts[number] = segment
        self.bucket.begin(upload)
        if before is not None:
            self.bucket.path(before).unlink(missing_ok=True)

    async def _complete(self) -> web.StreamResponse:
        upload = self._upload()
        wanted = completed_parts(await self.request.content.read())
        segments = []
        for position, (number, etag) in enumerate(wanted, 1):
            segment = upload.parts.get(number)
            if segment is None or segment.md5 != etag:
                raise Refused("InvalidPart")
            if position < len(wanted) and segment.bytes < _MIN_PART:
                raise Refused("EntityTooSmall")
            segments.append(segment)
        if not segments:
            raise Refused("MalformedXML")
        joined = hashlib.md5(b"".join(bytes.fromhex(one.md5) for one in segments), usedforsecurity=False)
        etag = f"{joined.hexdigest()}-{len(segments)}"
        stored = Stored(upload.key, etag, now(), upload.content_type, upload.metadata, tuple(segments))
        self.service.keep(self.bucket, stored)
        self.bucket.end(upload, kept=stored.segments)
        return answers.completed(self.bucket, stored)

    def _copy(self) -> web.StreamResponse:
        source_bucket, source = self._copy_source()
        segments = tuple(source_bucket.linked(segment) for segment in source.segments)
        stored = replace(source, key=self.key, modified=now(), segments=segments)
        if self.request.headers.get("x-amz-metadata-directive") == "REPLACE":
            stored = replace(stored, content_type=self._content_type(), metadata=self._metadata())
        self.service.keep(self.bucket, stored)
        return answers.copied("CopyObjectResult", stored.etag, stored.modified)

    def _copy_part(self) -> web.StreamResponse:
        upload, number = self._upload(), self._part_number()
        source_bucket, source = self._copy_source()
        first, _, last = self.request.headers.get("x-amz-copy-source-range", "").removeprefix("bytes=").partition("-")
        start, end = (int(first), int(last) + 1) if first else (0, source.bytes)
        target, md5 = self.bucket.new_file(), hashlib.md5(usedforsecurity=False)
        with target.open("wb") as file:
            for chunk in file_bytes(source_bucket, source, start, end):
                md5.update(chunk)
                file.write(chunk)
        segment = Segment(target.name, end - start, md5.hexdigest())
        self._add_part(upload, number, segment)
        return answers.copied("CopyPartResult", segment.md5, now())

    def _copy_source(self) -> tuple[Bucket, Stored]:
        name, _, key = unquote(self.request.headers["x-amz-copy-source"].lstrip("/")).partition("/")
        bucket = self.service.buckets.get(name)
        if bucket is None or bucket.name != self.bucket.name:
            raise Refused("AccessDenied")
        return bucket, self._stored(key)

    async def _receive(self) -> Segment:
        """Write the body into a file, with the checks of a store before it accepts."""
        target, size = self.bucket.new_file(), 0
        declared = self.request.headers.get("X-Amz-Content-Sha256", "")
        md5 = hashlib.md5(usedforsecurity=False)
        sha256 = hashlib.sha256() if len(declared) == 64 else None
        try:
            with target.open("wb") as file:
                async for chunk in self.request.content.iter_chunked(CHUNK):
                    size += len(chunk)
                    if self.mode == "cut" and size > self.service.faults.after_bytes:
                        raise Cut
                    await self.service.faults.brake(self.mode, len(chunk))
                    md5.update(chunk)
                    if sha256 is not None:
                        sha256.update(chunk)
                    file.write(chunk)
            if sha256 is not None and sha256.hexdigest() != declared:
                raise Refused("XAmzContentSHA256Mismatch")
            if self.request.headers.get("Content-MD5", base64_md5(md5.digest())) != base64_md5(md5.digest()):
                raise Refused("BadDigest")
            if self.request.content_length not in (None, size):
                raise Refused("IncompleteBody")
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return Segment(target.name, size, md5.hexdigest())

    def _range(self, size: int) -> tuple[int, int, int]:
        wanted = self.request.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            return 0, size, 200
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last) + 1, size) if first and last else size
        if start >= size:
            raise Refused("InvalidRange")
        return start, end, 206

    def _stored(self, key: str) -> Stored:
        stored, rows = self.bucket.objects.get(key), self.service.rows_of(self.bucket)
        if stored is None or (rows is not None and rows.version(self.bucket.name, key) != version_of(stored)):
            raise Refused("NoSuchKey")
        return stored

    def _described(self) -> Stored:
        rows = self.service.rows_of(self.bucket)
        found = self._stored(self.key) if rows is None else rows.find(self.bucket.name, self.key)
        if found is None:
            raise Refused("NoSuchKey")
        return found

    def _upload(self) -> PendingUpload:
        upload = self.bucket.uploads.get(self.request.query["uploadId"])
        if upload is None or upload.key != self.key:
            raise Refused("NoSuchUpload")
        return upload

    def _part_number(self) -> int:
        number = int(self.request.query["partNumber"])
        if not 1 <= number <= 10_000:
            raise Refused("InvalidArgument")
        return number

    def _content_type(self) -> str:
        return self.request.headers.get("Content-Type", "binary/octet-stream")

    def _metadata(self) -> dict[str, str]:
        prefix = "x-amz-meta-"
        named = [(name.lower(), value) for name, value in self.request.headers.items()]
        return {name.removeprefix(prefix): value for name, value in named if name.startswith(prefix)}
