"""Response bodies: decompressed with bounded memory, counted, and cut off when too long."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

import httpx

_GZIP = 31  # window bits for zlib: the gzip format
_PIECE_BYTES = 64 * 1024


class AnswerTooLarge(httpx.ReadError):
    """Response exceeds the size bound."""


class BoundedBody(httpx.SyncByteStream):
    """Body of at most `max_bytes`, counted after decompression."""

    def __init__(self, plain: Iterable[bytes], *, max_bytes: int, is_packed: bool, close: Callable[[], None]) -> None:
        self._plain, self._max_bytes, self._is_packed, self._close = plain, max_bytes, is_packed, close

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        for piece in _unpacked(self._plain) if self._is_packed else self._plain:
            count += len(piece)
            if count > self._max_bytes:
                raise AnswerTooLarge("the answer is too large")
            yield piece

    def close(self) -> None:
        """Return the connection, or close it where the body was not read to its end."""
        self._close()


def _unpacked(packed: Iterable[bytes]) -> Iterator[bytes]:
    reader = zlib.decompressobj(_GZIP)
    has_begun = False
    try:
        for rest in packed:
            has_begun = has_begun or bool(rest)
            if reader.eof and rest:
                raise httpx.DecodingError("more behind the end")
            while not reader.eof:
                piece = reader.decompress(rest, _PIECE_BYTES)
                if piece:
                    yield piece
                rest = reader.unconsumed_tail  # noqa: PLW2901 - rest that did not fit into the piece
                if not rest and len(piece) < _PIECE_BYTES:
                    break
    except zlib.error as error:
        raise httpx.DecodingError("not gzip") from error
    if has_begun and not reader.eof:
        raise httpx.DecodingError("cut off")
    if reader.unused_data:
        raise httpx.DecodingError("more behind the end")
