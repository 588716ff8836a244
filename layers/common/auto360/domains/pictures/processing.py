"""Encoding of uploaded pictures: claimed from the database, published by the database, repeatable at every point."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.domains.pictures.moves import FOREVER, IN_PLACE, INCOMING, PUBLIC, PictureMoves, private_name
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.picture_work import (
    picture_absent,
    picture_claim,
    picture_postpone,
    picture_ready,
    picture_refuse,
    picture_rewriting,
)
from auto360.providers.object_storage import ObjectMissing, ObjectStore, ObjectStoreError
from auto360.providers.pictures import (
    CONTENT_TYPES,
    EncodedPicture,
    EncoderBroken,
    Format,
    PictureEncoder,
    PictureRefused,
    Rendition,
    Target,
)

TARGETS = (Target(320, "WEBP"), Target(720, "WEBP"), Target(1440, "WEBP"), Target(720, "JPEG"))
_IN_PLACE_SIDE = 1440
_ENDINGS: Mapping[Format, str] = {"WEBP": "webp", "JPEG": "jpg", "PNG": "png"}
_FORMATS: Mapping[str, Format] = {"png": "PNG", "webp": "WEBP"}
_MAX_ATTEMPTS = 5
_BATCH = 10


class PictureWorkPolicy(EnvSettings):
    """Largest picture, time of a run, length of a claim, and the pause after a failure of a store."""

    picture_max_bytes: int = Field(15 * 1024 * 1024, ge=1)
    picture_run_seconds: int = Field(240, ge=10, le=3500)
    picture_lease_seconds: int = Field(300, ge=30, le=3600)
    picture_retry_seconds: int = Field(60, ge=1)


@dataclass(frozen=True)
class PictureWork:
    """Encoding and its dependencies. `store` opens a bucket; `base_url` stands before a public name."""

    database: Database
    incoming: ObjectStore
    store: Callable[[str], ObjectStore]
    encoder: PictureEncoder
    policy: PictureWorkPolicy
    base_url: str
    now: Clock

    def take(self, names: Sequence[str]) -> dict[str, int]:
        """Encode the pictures with these names in the incoming bucket; returns results by kind."""
        return dict(self._work(self._claimed(list(names), len(names))))

    def sweep(self, *, until: datetime) -> dict[str, int]:
        """Encode due pictures until none is left or the time is over; returns results by kind."""
        counted: Counter[str] = Counter()
        while self.now() < until and (rows := self._claimed(None, _BATCH)):
            counted.update(self._work(rows))
        return dict(counted)

    def _claimed(self, names: list[str] | None, limit: int) -> list[Row]:
        seconds = self.policy.picture_lease_seconds
        rows: list[Row] = picture_claim(self.database, names=names, limit=limit, seconds=seconds)
        return rows

    def _work(self, rows: Sequence[Row]) -> Counter[str]:
        return Counter(self._one(row) for row in rows)

    def _one(self, row: Row) -> str:
        try:
            return self._done(row)
        except PictureRefused as refused:
            return self._refuse(row, refused.reason)
        except ObjectStoreError as error:
            return self._postpone(row, error, seconds=self.policy.picture_retry_seconds, may_be_its_own=False)
        except EncoderBroken as error:
            # Failure of the encoder, retried for hours at most; or of this content, final.
            seconds = self.policy.picture_retry_seconds * 4 ** (row["attempts"] - 1)
            return self._postpone(row, error, seconds=seconds, may_be_its_own=True)

    def _done(self, row: Row) -> str:
        if row["state"] in ("withdrawing", "restoring"):
            return PictureMoves(self.database, self.incoming, self.store)(row)
        if row["attempts"] > _MAX_ATTEMPTS:
            # Five workers ended on it without a message.
            return self._refuse(row, "unprocessable")
        content = self._content(row)
        if content is None:
            return str(picture_absent(self.database, id=row["id"], version=row["version"]) or "outdated")
        return self._encode(row, content)

    def _postpone(self, row: Row, error: Exception, *, seconds: int, may_be_its_own: bool) -> str:
        picture_postpone(
            self.database,
            id=row["id"],
            version=row["version"],
            seconds=seconds,
            error=f"{type(error).__name__}: {error}",
            may_be_its_own=may_be_its_own,
        )
        return "postponed"

    def _content(self, row: Row) -> bytes | None:
        store = self._source(row)
        info = store.head(row["name"])
        if info is None:
            return None
        if info.size > self.policy.picture_max_bytes:
            raise PictureRefused("too_large")
        try:
            return b"".join(store.get(row["name"]))
        except ObjectMissing:
            return None

    def _encode(self, row: Row, content: bytes) -> str:
        if row["bucket"] == INCOMING:
            picture = self.encoder.encode(content, TARGETS)
            files = [self._publish(row, one) for one in picture.renditions]
        else:
            picture = self.encoder.encode(content, [Target(_IN_PLACE_SIDE, _format_of(row["name"]))])
            if not self._rewrite(row, picture.renditions[-1]):
                return "outdated"
            self.incoming.delete([private_name(row["bucket"], row["name"])])
            files = [_described(row["name"], None, picture.renditions[-1])]
        return self._ready(row, content, picture, files)

    def _publish(self, row: Row, one: Rendition) -> dict[str, Any]:
        """Write a public file. A repeated attempt writes equal bytes under the same name."""
        digest = hashlib.sha256(one.content).hexdigest()[:32]
        name = f"{row['owner']}/{row['id']}/{digest}-{one.side}.{_ENDINGS[one.format]}"
        self.store(PUBLIC).put(name, [one.content], content_type=CONTENT_TYPES[one.format], cache_control=FOREVER)
        return _described(name, f"{self.base_url}{name}", one)

    def _rewrite(self, row: Row, one: Rendition) -> bool:
        """Replace a public file by its clean form; False where another one was stored meanwhile.

        The database has the etag of the clean bytes first, so that our write does not count as an upload.
        """
        etag = hashlib.md5(one.content, usedforsecurity=False).hexdigest()
        if not picture_rewriting(self.database, id=row["id"], version=row["version"], etag=etag):
            return False
        self.store(row["bucket"]).put(
            row["name"], [one.content], content_type=CONTENT_TYPES[one.format], cache_control=IN_PLACE
        )
        return True

    def _ready(self, row: Row, content: bytes, picture: EncodedPicture, files: list[dict[str, Any]]) -> str:
        largest = max(picture.renditions, key=lambda one: one.width)
        found = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "dhash": f"{picture.dhash:016x}",
            "blurhash": picture.blurhash,
            "width": largest.width,
            "height": largest.height,
            "files": files,
        }
        return (
            "ready" if picture_ready(self.database, id=row["id"], version=row["version"], found=found) else "outdated"
        )

    def _refuse(self, row: Row, reason: str) -> str:
        """Record the refusal; a public file is deleted at once."""
        if not picture_refuse(self.database, id=row["id"], version=row["version"], refusal=reason):
            return "outdated"
        if row["bucket"] != INCOMING:
            self.store(row["bucket"]).delete([row["name"]])
            self.incoming.delete([private_name(row["bucket"], row["name"])])
        return "refused"

    def _source(self, row: Row) -> ObjectStore:
        return self.incoming if row["bucket"] == INCOMING else self.store(row["bucket"])


def _format_of(name: str) -> Format:
    """Return the format of a name that must not change."""
    return _FORMATS.get(name.rpartition(".")[2].lower(), "JPEG")


def _described(name: str, url: str | None, one: Rendition) -> dict[str, Any]:
    return {"name": name, "url": url, "width": one.width, "height": one.height, "type": CONTENT_TYPES[one.format]}
