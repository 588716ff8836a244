"""Buckets in a folder: their contents survive any end of the process.

The bytes of an object lie in separate files (one per part of its upload); a small description names them. Only writing
the description makes an object exist.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Segment:
    """File with some of an object's bytes."""

    name: str
    bytes: int
    md5: str


@dataclass(frozen=True)
class Stored:
    """Object."""

    key: str
    etag: str
    modified: str
    content_type: str
    metadata: Mapping[str, str]
    segments: tuple[Segment, ...]
    cache_control: str = ""

    @property
    def bytes(self) -> int:
        return sum(segment.bytes for segment in self.segments)

    @property
    def modified_at(self) -> datetime:
        """Return the time of writing."""
        return datetime.fromisoformat(self.modified)


@dataclass
class PendingUpload:
    """Multipart upload in progress."""

    id: str
    key: str
    begun: str
    content_type: str
    metadata: Mapping[str, str]
    parts: dict[int, Segment] = field(default_factory=dict)


class Bucket:
    """Bucket."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._data, self._objects, self._uploads = folder / "data", folder / "objects", folder / "uploads"
        for path in (self._data, self._objects, self._uploads):
            path.mkdir(parents=True, exist_ok=True)
        self.objects = {found.key: found for path in self._objects.glob("*.json") if (found := _stored(path))}
        self.uploads = {upload.id: upload for path in self._uploads.glob("*.json") if (upload := _pending(path))}
        self._drop_unnamed_files()

    def new_file(self) -> Path:
        """Return a path for arriving bytes."""
        return self._data / secrets.token_hex(16)

    def path(self, segment: Segment) -> Path:
        """Return the file of a segment."""
        return self._data / segment.name

    def keep(self, stored: Stored) -> None:
        """Make an object exist, in place of the one with the same key."""
        before = self.objects.get(stored.key)
        _write(self._description(stored.key), asdict(stored))
        self.objects[stored.key] = stored
        if before is not None:
            self._drop(before.segments, kept=stored.segments)

    def delete(self, key: str) -> bool:
        """Delete an object; False for an unknown one."""
        stored = self.objects.pop(key, None)
        if stored is None:
            return False
        self._description(key).unlink(missing_ok=True)
        self._drop(stored.segments)
        return True

    def begin(self, upload: PendingUpload) -> None:
        """Store an upload and its parts."""
        self.uploads[upload.id] = upload
        _write(self._uploads / f"{upload.id}.json", asdict(upload))

    def end(self, upload: PendingUpload, *, kept: tuple[Segment, ...] = ()) -> None:
        """Delete an upload, and its parts without an object."""
        self.uploads.pop(upload.id, None)
        (self._uploads / f"{upload.id}.json").unlink(missing_ok=True)
        self._drop(tuple(upload.parts.values()), kept=kept)

    def linked(self, segment: Segment) -> Segment:
        """Return a hard link to the same bytes, for copies."""
        copy = Segment(self.new_file().name, segment.bytes, segment.md5)
        os.link(self.path(segment), self.path(copy))
        return copy

    def _description(self, key: str) -> Path:
        return self._objects / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def _drop(self, segments: tuple[Segment, ...], *, kept: tuple[Segment, ...] = ()) -> None:
        names = {segment.name for segment in kept}
        for segment in segments:
            if segment.name not in names:
                self.path(segment).unlink(missing_ok=True)

    def _drop_unnamed_files(self) -> None:
        named = {segment.name for stored in self.objects.values() for segment in stored.segments}
        named |= {segment.name for upload in self.uploads.values() for segment in upload.parts.values()}
        for path in self._data.iterdir():
            if path.name not in named:
                path.unlink()


class Buckets:
    """Buckets of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._known = {path.name: Bucket(path) for path in folder.iterdir() if path.is_dir()}

    def get(self, name: str) -> Bucket | None:
        return self._known.get(name)

    def create(self, name: str) -> Bucket:
        """Return a bucket, created if missing."""
        if name not in self._known:
            self._known[name] = Bucket(self._folder / name)
        return self._known[name]

    def drop(self, name: str) -> None:
        """Delete a bucket with everything in it."""
        if self._known.pop(name, None) is not None:
            shutil.rmtree(self._folder / name)

    def __iter__(self) -> Iterator[Bucket]:
        return iter([self._known[name] for name in sorted(self._known)])


def now() -> str:
    """Return the present moment in the form of descriptions."""
    return datetime.now(UTC).isoformat()


def _write(path: Path, content: object) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _stored(path: Path) -> Stored | None:
    found = _read(path)
    if found is None:
        return None
    return Stored(**{**found, "segments": tuple(Segment(**segment) for segment in found["segments"])})


def _pending(path: Path) -> PendingUpload | None:
    found = _read(path)
    if found is None:
        return None
    parts = {int(number): Segment(**segment) for number, segment in found["parts"].items()}
    return PendingUpload(**{**found, "parts": parts})


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
