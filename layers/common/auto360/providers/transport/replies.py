"""Answers of a line: parsed by llhttp, bounded in size, unpacked."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httptools

from auto360.providers.transport.channel import Channel, LineFailed

_GZIP = 31  # window bits for zlib: the gzip format
_MAX_HEAD_BYTES = 100 * 1024
# Chunks of a single byte are framed by five more; more framing than that is refused.
_MAX_FRAMING = 8
_INFORMATIONAL = range(100, 200)
_WITHOUT_BODY = (204, 304)


@dataclass(frozen=True)
class Reply:
    """Whole answer. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the parsed body. Raises ValueError, RecursionError."""
        return json.loads(self.content)


class _Reading:
    """State of one answer; methods beginning with `on_` are the parser's."""

    def __init__(self, max_bytes: int) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._max_bytes, self._received, self._length = max_bytes, 0, 0
        self._pieces: list[bytes] = []
        self._fields: dict[str, str] = {}
        self._has_head = self._stays = self._has_more = False
        self._status = 0
        self.is_over = False

    def on_message_begin(self) -> None:
        self._has_more = self.is_over

    def on_header(self, name: bytes, value: bytes) -> None:
        # Bytes after the body are ignored.
        if not self._has_head:
            self._fields[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if not self.is_over:
            self._status, self._stays = self._parser.get_status_code(), self._parser.should_keep_alive()
            self._has_head = True

    def on_body(self, piece: bytes) -> None:
        if not self.is_over:
            self._pieces.append(piece)
            self._length += len(piece)

    def on_message_complete(self) -> None:
        if self._status in _INFORMATIONAL and not self.is_over:
            if self._pieces:
                raise LineFailed("RemoteProtocolError", "a body that belongs to no answer")
            self._fields, self._has_head = {}, False
        else:
            self.is_over = True

    def feed(self, data: bytes) -> None:
        """Parse received bytes, empty at the end. Raises LineFailed."""
        if not data:
            self._end()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise LineFailed("RemoteProtocolError", "an upgrade that was not asked for") from error
        except httptools.HttpParserError as error:
            if not self.is_over:
                raise LineFailed("RemoteProtocolError", type(error).__name__) from error
            self._has_more = True
        if self._length > self._max_bytes:
            raise LineFailed("AnswerTooLarge")
        if self._received - self._length > _MAX_HEAD_BYTES + _MAX_FRAMING * self._length:
            raise LineFailed("RemoteProtocolError", "a head or a framing without end")

    def reply(self) -> tuple[Reply, bool]:
        """Return the answer, and True if the connection can be used again."""
        content = self._unpacked(b"".join(self._pieces))
        return Reply(self._status, self._fields, content), self._stays and not self._has_more

    def _end(self) -> None:
        """Handle the end of the connection: for an answer without a length it ends the body."""
        is_bounded = "content-length" in self._fields or "transfer-encoding" in self._fields
        if not self._has_head or is_bounded or self._status in _WITHOUT_BODY:
            raise LineFailed("RemoteProtocolError", "the server closed the connection")
        self._stays, self.is_over = False, True

    def _unpacked(self, content: bytes) -> bytes:
        coding = self._fields.get("content-encoding", "identity").strip().lower()
        if coding in ("identity", ""):
            return content
        if coding != "gzip":
            raise LineFailed("DecodingError", "a coding that was not asked for")
        if not content:
            return content
        unpacking = zlib.decompressobj(_GZIP)
        try:
            plain = unpacking.decompress(content, self._max_bytes + 1)
        except zlib.error as error:
            raise LineFailed("DecodingError", "not gzip") from error
        if len(plain) > self._max_bytes:
            raise LineFailed("AnswerTooLarge")
        if not unpacking.eof:
            raise LineFailed("DecodingError", "cut off")
        if unpacking.unused_data:
            raise LineFailed("DecodingError", "more behind the end")
        return plain


def exchange(channel: Channel, message: bytes, ends_at: float, *, max_bytes: int) -> tuple[Reply, bool]:
    """Send, and return the whole answer and True if the connection stays open. Raises LineFailed."""
    unsent: LineFailed | None = None
    try:
        channel.send(message, ends_at)
    except LineFailed as failure:
        if failure.kind != "WriteError":
            raise
        # The server may have answered and closed before reading everything.
        unsent = failure
    reading = _Reading(max_bytes)
    while not reading.is_over:
        reading.feed(channel.receive(ends_at))
    reply, stays = reading.reply()
    return reply, stays and unsent is None
