"""Object storage for tests: the local server in a thread, with its faults, and moto as a second opinion."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.links import S3LinkSigner
from auto360.providers.object_storage.s3 import S3Store
from local.s3.files import Buckets
from local.s3.service import Account, S3Service
from local.thread_server import serving

PART_BYTES = 5 * 1024 * 1024


@dataclass
class LocalS3:
    """Running server and what is known of it."""

    url: str
    buckets: Buckets
    access_key: str = "KEY"
    secret_key: str = field(default="secret", repr=False)

    def access(self, *, secret_key: str | None = None) -> S3Access:
        """Return the account, or one with a wrong key."""
        return S3Access(self.url, "ru-msk", self.access_key, secret_key or self.secret_key)

    def store(self, bucket: str = "backup", *, part_bytes: int = PART_BYTES) -> S3Store:
        """Return a fresh store, as another process would have it."""
        return S3Store(self.access(), bucket, part_bytes=part_bytes)

    def links(self, bucket: str = "backup") -> S3LinkSigner:
        """Links into a bucket."""
        return S3LinkSigner(self.access(), bucket)

    def turn(self, mode: str, **settings: object) -> None:
        """Switch a fault on."""
        body = json.dumps({"mode": mode, **settings}).encode()
        request = urllib.request.Request(f"{self.url}/_local/faults", data=body, method="PUT")  # noqa: S310
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


@pytest.fixture
def local_s3(tmp_path: Path) -> Iterator[LocalS3]:
    """Yield a server with the buckets `backup`, `uploads`, `avatars` and `documents`."""
    buckets = Buckets(tmp_path / "s3")
    names = frozenset({"backup", "uploads", "avatars", "documents"})
    for name in names:
        buckets.create(name)
    service = S3Service(buckets, {"KEY": Account("secret", names)})
    with serving(service.application) as url:
        yield LocalS3(url, buckets)


@pytest.fixture(scope="session")
def moto_s3() -> Iterator[str]:
    """moto's server: another implementation of the same protocol."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
