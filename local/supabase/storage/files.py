"""Bytes of objects, on the local S3 server under the account of the Storage service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import aiohttp
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from yarl import URL

_SECONDS = 300


class FileMissing(Exception):
    """Row without its file."""


@dataclass(frozen=True)
class Files:
    """Account of the Storage service on the S3 server."""

    url: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)

    async def put(self, bucket: str, name: str, body: bytes, content_type: str) -> str:
        """Store a file in place of the former one; returns the name of its version."""
        headers = {"Content-Type": content_type}
        address = self._signed("PUT", bucket, name)
        async with aiohttp.ClientSession() as session, session.put(address, data=body, headers=headers) as answer:
            answer.raise_for_status()
            return answer.headers["x-amz-version-id"]

    async def delete(self, bucket: str, name: str) -> None:
        """Delete a file; a missing one is no failure."""
        address = self._signed("DELETE", bucket, name)
        async with aiohttp.ClientSession() as session, session.delete(address) as answer:
            answer.raise_for_status()

    @asynccontextmanager
    async def open(self, bucket: str, name: str, headers: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        """Read a file. Raises FileMissing."""
        address = self._signed("GET", bucket, name)
        async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
            if answer.status == 404:
                raise FileMissing
            yield answer

    def _signed(self, method: str, bucket: str, name: str) -> URL:
        request = AWSRequest(method=method, url=f"{self.url}/{bucket}/{quote(name, safe='/~')}")
        credentials = Credentials(self.access_key, self.secret_key)
        S3SigV4QueryAuth(credentials, "s3", self.region, expires=_SECONDS).add_auth(request)
        return URL(request.url, encoded=True)
