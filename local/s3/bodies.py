"""Bodies of requests and answers: ranges of files, lists of parts, digests."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from defusedxml.ElementTree import fromstring

from local.s3.files import Bucket, Stored

CHUNK = 1024 * 1024


def file_bytes(bucket: Bucket, stored: Stored, start: int, end: int) -> Iterator[bytes]:
    """Yield a range of an object, across its files."""
    offset = 0
    for segment in stored.segments:
        first, last = max(start - offset, 0), min(end - offset, segment.bytes)
        if first < last:
            with bucket.path(segment).open("rb") as file:
                file.seek(first)
                left = last - first
                while left > 0:
                    chunk = file.read(min(CHUNK, left))
                    if not chunk:
                        return
                    left -= len(chunk)
                    yield chunk
        offset += segment.bytes


def completed_parts(body: bytes) -> list[tuple[int, str]]:
    """Number and etag of each part in CompleteMultipartUpload."""
    found = []
    for part in fromstring(body):
        values = {child.tag.rpartition("}")[2]: (child.text or "").strip('"') for child in part}
        found.append((int(values["PartNumber"]), values["ETag"]))
    return found


def base64_md5(digest: bytes) -> str:
    """Return a digest in the form of the header Content-MD5."""
    return base64.b64encode(digest).decode()
