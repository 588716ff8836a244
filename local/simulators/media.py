"""Video files for the simulators: generated from a seed, of any size, and never whole in memory; and their headers.

A made file is a well-formed MP4 box by box (`ftyp`, `moov` with a duration, `mdat`), without frames to decode.
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

_BLOCK = 1024 * 1024
_TIMESCALE = 1000
_CONTAINERS = (b"moov", b"trak", b"mdia")
# Bytes read to detect the type of a file.
LOOKED_AT = 256 * 1024


class Body(Protocol):
    """Bytes of a file."""

    @property
    def size(self) -> int:
        """Return how many."""

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Yield those from `begin` to before `end`, in pieces."""


@dataclass(frozen=True)
class Film:
    """Facts in the header of a video file."""

    seconds: float
    width: int
    height: int


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def _header(film: Film) -> bytes:
    duration = round(film.seconds * _TIMESCALE)
    movie = struct.pack(">IIIII", 0, 0, 0, _TIMESCALE, duration) + bytes(80)
    track = struct.pack(">IIIIII", 0, 0, 0, 1, 0, duration) + bytes(52)
    track += struct.pack(">II", film.width << 16, film.height << 16)
    return _box(b"ftyp", b"isom\x00\x00\x02\x00isommp42") + _box(
        b"moov", _box(b"mvhd", movie) + _box(b"trak", _box(b"tkhd", track))
    )


@dataclass(frozen=True)
class MadeFile:
    """File of exactly `size` bytes; the same seed gives the same bytes."""

    seed: str
    size: int
    film: Film = Film(12.0, 1280, 720)
    _kept: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Yield the header, then a block of noise with its own number in each repetition."""
        head = self._head()
        if begin < len(head):
            yield head[begin : min(end, len(head))]
        place = max(begin, len(head))
        while place < min(end, self.size):
            number, inside = divmod(place - len(head), _BLOCK)
            piece = self._block(number)[inside : inside + min(end, self.size) - place]
            place += len(piece)
            yield piece

    def sha256(self) -> str:
        """Return the hash of all of it."""
        digest = hashlib.sha256()
        for piece in self.read(0, self.size):
            digest.update(piece)
        return digest.hexdigest()

    def _head(self) -> bytes:
        head = _header(self.film)
        rest = self.size - len(head)
        # A box above 4 GB would need a longer form; no test uploads that much.
        return (head + struct.pack(">I", min(max(rest, 8), 2**32 - 1)) + b"mdat")[: self.size]

    def _block(self, number: int) -> bytes:
        if "noise" not in self._kept:
            self._kept["noise"] = hashlib.shake_256(self.seed.encode()).digest(_BLOCK)
        return struct.pack(">Q", number) + self._kept["noise"][8:]


class ReceivedFile:
    """Received file: on disk up to `max_kept` bytes, beyond that only counted and hashed.

    Pieces that come in their order are hashed on the way.
    """

    def __init__(self, *, max_kept: int = 64 * 1024 * 1024) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the simulator's process
        self._max_kept = max_kept
        self._digest = hashlib.sha256()
        self.size = 0

    def append(self, piece: bytes) -> None:
        self.write(self.size, piece)
        self._digest.update(piece)

    def write(self, place: int, piece: bytes) -> None:
        if place < self._max_kept:
            self._file.seek(place)
            self._file.write(piece[: self._max_kept - place])
        self.size = max(self.size, place + len(piece))

    @property
    def is_whole(self) -> bool:
        """Return True when every byte was stored."""
        return self.size <= self._max_kept

    def sha256(self) -> str:
        """Return the hash of the appended bytes."""
        return self._digest.hexdigest()

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Yield the stored bytes; zeros for those only counted."""
        end, place = min(end, self.size), begin
        while place < end:
            self._file.seek(place)
            piece = self._file.read(min(_BLOCK, end - place)) or bytes(min(_BLOCK, end - place))
            place += len(piece)
            yield piece

    def discard(self) -> None:
        """Delete the stored bytes."""
        self._file.close()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115


def film_in(body: Body) -> Film | None:
    """Return the facts in a file's header, None for no MP4. Boxes may come in any order."""

    def read(begin: int, end: int) -> bytes:
        return b"".join(body.read(begin, min(end, body.size)))

    found: dict[str, tuple[float, ...]] = {}
    _walk(read, 0, body.size, found, depth=0)
    if "mvhd" not in found:
        return None
    width, height = found.get("tkhd", (0, 0))
    return Film(found["mvhd"][0], int(width), int(height))


def _walk(
    read: Callable[[int, int], bytes], begin: int, end: int, found: dict[str, tuple[float, ...]], *, depth: int
) -> None:
    boxes = 0
    while len(read(begin, min(begin + 8, end))) == 8 and boxes < 1000:
        boxes += 1
        size, kind = struct.unpack(">I4s", read(begin, begin + 8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", read(begin + 8, begin + 16))[0], 16
        elif size == 0:
            size = end - begin
        if size < head:
            return
        inside = read(begin + head, min(begin + size, begin + head + 128))
        if kind == b"mvhd" and len(inside) >= 32:
            scale, duration = struct.unpack(">IQ", inside[20:32]) if inside[0] else struct.unpack(">II", inside[12:20])
            found["mvhd"] = (duration / scale if scale else 0.0,)
        elif kind == b"tkhd" and len(inside) >= 84:
            size_at = 88 if inside[0] else 76
            width, height = (value >> 16 for value in struct.unpack(">II", inside[size_at : size_at + 8]))
            if width:
                found["tkhd"] = (width, height)
        elif kind in _CONTAINERS and depth < 4:
            _walk(read, begin + head, begin + size, found, depth=depth + 1)
        begin += size


def segment(seed: str) -> bytes:
    """Return a short piece of MPEG transport stream: null packets, for the synchronisation of a player."""
    packet = b"\x47\x1f\xff\x10" + hashlib.shake_256(seed.encode()).digest(184)
    return packet * 20
