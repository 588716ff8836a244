"""Port to object storage: transfers files (jobs), and signs links to them (requests).

Keys are paths without a leading slash. Sizes are in bytes. A store is one bucket at one provider.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class ObjectStoreError(RuntimeError):
    """Base of store failures. The message names the key, never the provider's text."""


class ObjectMissing(ObjectStoreError):
    """No object with this key."""


class ObjectDamaged(ObjectStoreError):
    """Stored object differs from the sent one, or changed while it was read."""


class StoreUnavailable(ObjectStoreError):
    """Store does not answer, after every try. A write may or may not have happened."""


class StoreRefused(ObjectStoreError):
    """Store answered with a lasting error: rights, names, quotas."""


@dataclass(frozen=True)
class ObjectInfo:
    """Description of an object. `metadata` and `content_type` are filled by `head` only."""

    key: str
    size: int
    etag: str
    modified: datetime
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """Completely written object. `sha256` is of the sent bytes; `parts` is 1 for a single upload."""

    key: str
    size: int
    sha256: bytes
    etag: str
    parts: int


class ObjectStore(Protocol):
    """Bucket for jobs. Every method raises an ObjectStoreError."""

    def put(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        cache_control: str | None = None,
    ) -> Written:
        """Write an object from pieces of any size, with bounded memory; each part is sent with its MD5.

        `cache_control` is served with the object; None leaves it to the store.

        A failure leaves nothing behind and keeps a former object unchanged.
        """

    def get(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Read the bytes from `start` up to `end` (exclusive; None: to the end), resuming broken connections."""

    def head(self, key: str) -> ObjectInfo | None:
        """Return the description of an object, or None where there is none."""

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """Yield every object below a prefix in order of its key; `after` skips keys up to and including it."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; idempotent."""

    def copy(self, key: str, *, to: str, content_type: str | None = None) -> None:
        """Copy an object of any size within the bucket, without downloading it.

        With a content type the copy has this one, and no other metadata; without, it keeps them all.
        """


class UploadSweeper(Protocol):
    """Aborts unfinished uploads, which are billed but not listed."""

    def sweep_uploads(self, *, begun_before: datetime, prefix: str = "") -> int:
        """Abort the uploads below a prefix that began before this moment; returns their number."""


class LinkSigner(Protocol):
    """Signs links for requests; needs no connection and no heavy library."""

    def link(self, key: str, *, seconds: int) -> str:
        """Return an address at which anyone can read the object for `seconds`, 1 to 604800."""


@dataclass(frozen=True)
class UploadLink:
    """Address for one PUT, with its required headers; another size or type invalidates the signature."""

    url: str = field(repr=False)
    headers: Mapping[str, str]


class UploadSigner(Protocol):
    """Signs uploads for requests; needs no connection and no heavy library."""

    def upload_link(self, key: str, *, size: int, content_type: str, seconds: int) -> UploadLink:
        """Return an address at which anyone can write this object, of exactly this size and type, for `seconds`."""
