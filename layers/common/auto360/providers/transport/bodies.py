"""The body of an answer: unpacked with bounded memory, counted, and cut off where it is too long."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

import httpx

_GZIP = 31  # window bits for zlib: the gzip format
_PIECE_BYTES = 64 * 1024


class AnswerTooLarge(httpx.ReadError):
    """More bytes than the exchange may bring."""


class BoundedBody(httpx.SyncByteStream):
    """At most so many bytes of a body; what is packed is counted as unpacked."""

    def __init__(self, plain: Iterable[bytes], *, max_bytes: int, is_packed: bool, close: Callable[[], None]) -> None:
        self._plain, self._most, self._is_packed, self._close = plain, max_bytes, is_packed, close

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        for piece in _unpacked(self._plain) if self._is_packed else self._plain:
            count += len(piece)
            if count > self._most:
                raise AnswerTooLarge("the answer is too large")
            yield piece

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._close()


def _unpacked(packed: Iterable[bytes]) -> Iterator[bytes]:
    reader = zlib.decompressobj(_GZIP)
    has_begun = False
    try:
        for rest in packed:
            has_begun = has_begun or bool(rest)
            while not reader.eof:
                piece = reader.decompress(rest, _PIECE_BYTES)
                if piece:
                    yield piece
                rest = reader.unconsumed_tail  # noqa: PLW2901 - what did not fit into the piece
                if not rest and len(piece) < _PIECE_BYTES:
                    break
    except zlib.error as error:
        raise httpx.DecodingError("not gzip") from error
    if has_begun and not reader.eof:
        raise httpx.DecodingError("cut off")
