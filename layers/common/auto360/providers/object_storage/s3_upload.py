"""Upload of an object in parts: several in parallel, each with its MD5; a failure leaves nothing behind."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from auto360.core.streams import cut
from auto360.providers.object_storage import StoreRefused, Written
from auto360.providers.object_storage.s3_client import required

PART_BYTES = 16 * 1024 * 1024
_MAX_PARTS = 10_000


class Parts:
    """Cuts bytes into pieces of exactly `size`, the last one shorter; keeps no piece after passing it on."""

    def __init__(self, chunks: Iterable[bytes], size: int) -> None:
        self._rest = cut(chunks, size)
        self._first = next(self._rest, bytearray())
        self.is_one = len(self._first) < size

    def __iter__(self) -> Iterator[bytearray]:
        yield self.take_first()
        yield from self._rest

    def take_first(self) -> bytearray:
        """Return the first piece, once."""
        first, self._first = self._first, bytearray()
        return first


def put_small(client: Any, bucket: str, key: str, data: bytearray, options: Mapping[str, Any]) -> Written:
    """Write an object that fits into one part."""
    md5 = hashlib.md5(data, usedforsecurity=False)
    sent = client.put_object(Bucket=bucket, Key=key, Body=bytes(data), ContentMD5=_text(md5.digest()), **options)
    [etag] = required(key, sent, "ETag")
    return Written(key, len(data), hashlib.sha256(data).digest(), etag.strip('"'), 1)


@dataclass
class Upload:
    """Multipart upload."""

    client: Any
    bucket: str
    key: str
    parallel: int
    _size: int = field(default=0, init=False)
    _sha256: Any = field(default_factory=hashlib.sha256, init=False)
    _md5s: list[bytes] = field(default_factory=list, init=False)
    _sent: list[dict[str, Any]] = field(default_factory=list, init=False)

    def run(self, parts: Iterable[bytearray], options: Mapping[str, Any]) -> Written:
        """Send every part and complete the upload; abort it on any failure."""
        begun = self.client.create_multipart_upload(Bucket=self.bucket, Key=self.key, **options)
        [upload_id] = required(self.key, begun, "UploadId")
        try:
            self._send_all(upload_id, parts)
            etag = self._complete(upload_id)
        except BaseException:
            self._abort(upload_id)
            raise
        return Written(self.key, self._size, self._sha256.digest(), etag, len(self._sent))

    def _send_all(self, upload_id: str, parts: Iterable[bytearray]) -> None:
        flying: deque[Future[dict[str, Any]]] = deque()
        # Leaving the pool waits for running parts: an upload aborted before them would keep their bytes.
        with ThreadPoolExecutor(self.parallel) as pool:
            for number, part in enumerate(parts, 1):
                if number > _MAX_PARTS:
                    raise StoreRefused(f"{self.key}: more than {_MAX_PARTS} parts; send larger ones")
                while len(flying) >= self.parallel:
                    self._sent.append(flying.popleft().result())
                flying.append(pool.submit(self._send, upload_id, number, part, self._count(part)))
            self._sent += [one.result() for one in flying]

    def _count(self, part: bytearray) -> bytes:
        self._size += len(part)
        self._sha256.update(part)
        md5 = hashlib.md5(part, usedforsecurity=False).digest()
        self._md5s.append(md5)
        return md5

    def _send(self, upload_id: str, number: int, part: bytearray, md5: bytes) -> dict[str, Any]:
        target = {"Bucket": self.bucket, "Key": self.key, "UploadId": upload_id, "PartNumber": number}
        answer = self.client.upload_part(**target, Body=part, ContentMD5=_text(md5))
        return {"PartNumber": number, "ETag": required(self.key, answer, "ETag")[0]}

    def _complete(self, upload_id: str) -> str:
        """Return the upload's etag.

        A repeated request whose first answer was lost is refused, though the object exists.
        """
        from botocore.exceptions import ClientError

        target = {"Bucket": self.bucket, "Key": self.key, "UploadId": upload_id}
        try:
            done = self.client.complete_multipart_upload(**target, MultipartUpload={"Parts": self._sent})
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "NoSuchUpload":
                raise
            done = self.client.head_object(Bucket=self.bucket, Key=self.key)
            if str(done.get("ETag")).strip('"') != self._expected_etag():
                raise
        return str(required(self.key, done, "ETag")[0]).strip('"')

    def _expected_etag(self) -> str:
        joined = hashlib.md5(b"".join(self._md5s), usedforsecurity=False).hexdigest()
        return f"{joined}-{len(self._sent)}"

    def _abort(self, upload_id: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=self.key, UploadId=upload_id)
        except (BotoCoreError, ClientError):
            return  # the sweep of unfinished uploads finds it


def _text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
