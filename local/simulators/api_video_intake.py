"""Uploads to api.video: a whole file, chunks by `Content-Range: bytes`, or parts by `Content-Range: part`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from local.simulators.faults import Faults
from local.simulators.media import ReceivedFile

_BYTES = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_PART = re.compile(r"part (\d+)/(\d+|\*)")
_MAX_PARTS = 10_000


class BadUpload(Exception):
    """Upload breaks a rule."""

    def __init__(self, status: int, title: str) -> None:
        self.status, self.title = status, title


@dataclass
class Part:
    """Request of an upload. Without `number` it begins at `begin` of `total` bytes."""

    content: ReceivedFile
    file_name: str
    video_id: str | None
    begin: int = 0
    total: int | None = None
    number: int | None = None
    is_last: bool = True


@dataclass
class Intake:
    """Received parts of one video's file."""

    parts: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        if any((part.number, part.begin) == (known.number, known.begin) for known in self.parts):
            raise BadUpload(400, "This part is already uploaded.")
        if self.parts and (part.number is None) != (self.parts[0].number is None):
            raise BadUpload(400, "Parts and bytes cannot be mixed.")
        self.parts.append(part)

    @property
    def is_complete(self) -> bool:
        """Return True when every part has arrived."""
        if self.parts[0].number is not None:
            last = next((part.number for part in self.parts if part.is_last), None)
            return last is not None and {part.number for part in self.parts} == set(range(1, last + 1))
        place = 0
        for part in sorted(self.parts, key=lambda part: part.begin):
            if part.begin != place:
                return False
            place += part.content.size
        return place == self.parts[0].total

    def joined(self) -> ReceivedFile:
        if len(self.parts) == 1:
            return self.parts[0].content
        whole = ReceivedFile()
        for part in sorted(self.parts, key=lambda part: (part.number or 0, part.begin)):
            for piece in part.content.read(0, part.content.size):
                whole.append(piece)
            part.content.discard()
        return whole

    def received(self) -> dict[str, Any]:
        """Return it in the form of the status."""
        if self.parts[0].number is not None:
            return {"receivedParts": {"parts": sorted(part.number or 0 for part in self.parts), "total": None}}
        ranges = [(part.begin, part.begin + part.content.size - 1, part.total) for part in self.parts]
        return {
            "filesize": self.parts[0].total,
            "receivedBytes": [{"from": begin, "to": end, "total": total} for begin, end, total in ranges],
        }


async def take_upload(request: web.Request, *, min_chunk: int, max_single: int, cuts: Faults) -> Part:
    """Read one request. Raises BadUpload."""
    if not request.content_type.startswith("multipart/"):
        raise BadUpload(400, "The body must be multipart/form-data.")
    content, file_name, video_id = await _fields(request, cuts)
    if not content.size:
        raise BadUpload(400, "The attribute file is required.")
    part = Part(content, file_name, video_id, total=content.size)
    said = request.headers.get("Content-Range")
    if said is None:
        if content.size > max_single:
            raise BadUpload(413, "Larger files must be sent in chunks.")
        return part
    return _placed(part, said, min_chunk)


async def _fields(request: web.Request, cuts: Faults) -> tuple[ReceivedFile, str, str | None]:
    content, file_name, video_id = ReceivedFile(), "", None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "videoId":
            video_id = (await part.read()).decode().strip()
        elif part.name == "file":
            file_name = part.filename or "video"
            while piece := await part.read_chunk(256 * 1024):
                content.append(piece)
                if cuts.hits("cut_percent"):
                    raise BadUpload(500, "cut")
    return content, file_name, video_id


def _placed(part: Part, said: str, min_chunk: int) -> Part:
    if found := _BYTES.fullmatch(said):
        begin, end, total = map(int, found.groups())
        if begin > end or end >= total or end - begin + 1 != part.content.size:
            raise BadUpload(400, "The Content-Range is not valid.")
        part.begin, part.total, part.is_last = begin, total, end + 1 == total
    elif found := _PART.fullmatch(said):
        part.number = int(found[1])
        part.is_last = found[2] == found[1]
        if not 1 <= part.number <= _MAX_PARTS:
            raise BadUpload(400, "At most 10000 parts.")
    else:
        raise BadUpload(400, "The Content-Range is not valid.")
    if not part.is_last and part.content.size < min_chunk:
        raise BadUpload(400, "A chunk must have at least 5 MiB.")
    return part
