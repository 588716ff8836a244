"""The port to object storage: copying files there and back (jobs), and signed links to them (requests).

Keys are paths without a leading slash. Sizes are in bytes. A store is one bucket at one provider.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class ObjectStoreError(RuntimeError):
    """What can go wrong with a store. The message names the key, never the provider's text."""


class ObjectMissing(ObjectStoreError):
    """There is no object with this key."""


class ObjectDamaged(ObjectStoreError):
    """What lies in the store is not what was sent, or changed while it was read."""


class StoreUnavailable(ObjectStoreError):
    """The store does not answer, after every try. Whether a write happened is unknown."""


class StoreRefused(ObjectStoreError):
    """The store answered with an error that trying again does not change: rights, names, quotas."""


@dataclass(frozen=True)
class ObjectInfo:
    """What a store tells of an object. `metadata` and `content_type` are filled by `head` only."""

    key: str
    size: int
    etag: str
    modified: datetime
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """An object that was written whole. `sha256` is of the bytes that were sent; `parts` is 1 for a single upload."""

    key: str
    size: int
    sha256: bytes
    etag: str
    parts: int


class ObjectStore(Protocol):
    """One bucket, for jobs. Every method raises an ObjectStoreError."""

    def put(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
    ) -> Written:
        """Write an object from pieces of any size, with bounded memory; each part travels with its MD5.

        Nothing is left behind where it fails, and an object that was there before stays as it was.
        """

    def get(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Read the bytes from `start` up to `end` (exclusive; None: to the end). A cut connection is taken up again."""

    def head(self, key: str) -> ObjectInfo | None:
        """What is known of an object, or None where there is none."""

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """Every object below a prefix in order of its key; `after` leaves out what comes before and the key itself."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""

    def copy(self, key: str, *, to: str, content_type: str | None = None) -> None:
        """Copy an object within the bucket, whatever its size, without carrying its bytes through this process.

        With a content type the copy has this one, and none of the other metadata; without, it keeps them all.
        """


class UploadSweeper(Protocol):
    """Clears away uploads that were begun and never ended; they are paid for and shown in no list."""

    def sweep_uploads(self, *, begun_before: datetime, prefix: str = "") -> int:
        """Abort the uploads below a prefix that were begun before this moment; says how many."""


class LinkSigner(Protocol):
    """Makes links for requests; needs no connection and no heavy library."""

    def link(self, key: str, *, seconds: int) -> str:
        """An address at which anybody can read the object for so many seconds, 1 to 604800."""
