"""S3 interface over buckets in files: the common part of VK Cloud, Yandex and Supabase."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web
from defusedxml.ElementTree import fromstring

from local.s3 import answers
from local.s3.answers import Refused
from local.s3.bodies import base64_md5
from local.s3.faults import Faults
from local.s3.files import Bucket, Buckets, Stored
from local.s3.object_request import Cut, ObjectRequest
from local.s3.signature import Denied, signer_of
from local.s3.supabase_rows import SupabaseRows
from local.simulators.switch import reset

Noticed = Callable[[str, str, str, Stored | None], None]


@dataclass(frozen=True)
class Account:
    """Keys, and the buckets that they open. Storage itself reads and writes files without the rows, which it has."""

    secret_key: str
    buckets: frozenset[str]
    is_storage: bool = False


class S3Service:
    """Answers the requests of one server. `noticed` is called for every created or deleted object.

    The buckets of `rows` behave like those of Supabase Storage.
    """

    versioned = False

    def __init__(
        self,
        buckets: Buckets,
        accounts: dict[str, Account],
        noticed: Noticed | None = None,
        rows: SupabaseRows | None = None,
    ) -> None:
        self.buckets, self.faults, self._rows = buckets, Faults(), rows
        self._accounts = accounts
        self._secrets = {key: account.secret_key for key, account in accounts.items()}
        self._noticed = noticed

    def application(self) -> web.Application:
        app = web.Application(client_max_size=0)
        app.router.add_put("/_local/faults", self._turn)
        app.router.add_get("/_local/ready", self._ready)
        app.router.add_get("/_local/buckets", self._buckets)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    async def _turn(self, request: web.Request) -> web.Response:
        try:
            self.faults.turn(await request.json())
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(self.faults.state())

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def _buckets(self, _request: web.Request) -> web.Response:
        rows = [
            {
                "bucket": bucket.name,
                "objects": len(bucket.objects),
                "bytes": sum(o.bytes for o in bucket.objects.values()),
            }
            for bucket in self.buckets
        ]
        return web.json_response(rows)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        mode = self.faults.strikes(request.method)
        if mode == "dead" or (mode == "cut" and request.method not in ("GET", "PUT")):
            return reset(request)
        try:
            if mode == "unavailable":
                raise Refused("SlowDown")
            return await self._dispatch(request, mode)
        except Denied as error:
            return Refused(error.code).answer(request, namespace=self._namespace(request))
        except Refused as error:
            return error.answer(request, namespace=self._namespace(request))
        except Cut:
            return reset(request)

    async def _dispatch(self, request: web.Request, mode: str) -> web.StreamResponse:
        signer = signer_of(request, self._secrets)
        if "x-amz-trailer" in request.headers or "STREAMING-" in request.headers.get("X-Amz-Content-Sha256", ""):
            raise Refused("NotImplemented")
        name, key = _place(request)
        if not name:
            return answers.buckets(sorted(self._accounts[signer].buckets))
        if name not in self._accounts[signer].buckets:
            raise Refused("AccessDenied")
        bucket = self.buckets.get(name)
        if bucket is None:
            raise Refused("NoSuchBucket")
        if not key:
            return await self._bucket_request(request, bucket)
        service = _Files(self) if self._accounts[signer].is_storage else self
        return await ObjectRequest(service, request, bucket, key, mode).answer()

    async def _bucket_request(self, request: web.Request, bucket: Bucket) -> web.StreamResponse:
        if request.method == "GET" and "uploads" in request.query:
            return answers.uploads(bucket, request.query)
        if request.method == "GET":
            rows = self.rows_of(bucket)
            return answers.listing(bucket, request.query, rows.listed(bucket.name) if rows else bucket.objects)
        if request.method == "HEAD":
            return web.Response()
        if request.method == "POST" and "delete" in request.query:
            return await self._delete_many(request, bucket)
        raise Refused("MethodNotAllowed")

    async def _delete_many(self, request: web.Request, bucket: Bucket) -> web.StreamResponse:
        if self.rows_of(bucket) is not None:
            raise Refused("InvalidRequest")
        body = await request.content.read()
        # Mandatory at VK Cloud and Yandex.
        if "Content-MD5" not in request.headers:
            raise Refused("MissingContentMD5")
        if base64_md5(hashlib.md5(body, usedforsecurity=False).digest()) != request.headers["Content-MD5"]:
            raise Refused("BadDigest")
        keys = [element.text or "" for element in fromstring(body).iter() if element.tag.endswith("Key")]
        if len(keys) > 1000:
            raise Refused("MalformedXML")
        for key in keys:
            self.delete(bucket, key)
        return answers.xml("<DeleteResult></DeleteResult>")

    def rows_of(self, bucket: Bucket) -> SupabaseRows | None:
        """Return the rows of a bucket of Supabase Storage; None for any other bucket."""
        return self._rows if self._rows is not None and bucket.name in self._rows.buckets else None

    def _namespace(self, request: web.Request) -> str:
        return answers.NAMESPACE if self._rows is not None and _place(request)[0] in self._rows.buckets else ""

    def keep(self, bucket: Bucket, stored: Stored) -> None:
        """Create an object and send a notice."""
        rows = self.rows_of(bucket)
        if rows is not None:
            rows.require_allowed(bucket.name, stored)
        bucket.keep(stored)
        if rows is not None:
            rows.keep(bucket.name, stored)
        if self._noticed is not None:
            self._noticed("created", bucket.name, stored.key, stored)

    def delete(self, bucket: Bucket, key: str) -> None:
        """Delete an object and send a notice."""
        rows = self.rows_of(bucket)
        if rows is not None and not rows.delete(bucket.name, key):
            return
        if bucket.delete(key) and self._noticed is not None:
            self._noticed("deleted", bucket.name, key, None)


def _place(request: web.Request) -> tuple[str, str]:
    """Return the bucket and the key of a request."""
    name, _, key = unquote(request.raw_path.partition("?")[0]).lstrip("/").partition("/")
    return name, key


@dataclass
class _Files:
    """View of the service for Storage itself: bytes without rows and without notices."""

    service: S3Service
    versioned = True

    @property
    def buckets(self) -> Buckets:
        """Return the buckets."""
        return self.service.buckets

    @property
    def faults(self) -> Faults:
        """Return the active faults."""
        return self.service.faults

    def keep(self, bucket: Bucket, stored: Stored) -> None:
        """Create an object."""
        bucket.keep(stored)

    def delete(self, bucket: Bucket, key: str) -> None:
        """Delete an object."""
        bucket.delete(key)

    def rows_of(self, _bucket: Bucket) -> None:
        """Return no rows."""
