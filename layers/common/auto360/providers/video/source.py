"""Reads of a provider's file piece by piece over HTTP; detects a changed file."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from auto360.providers.transport import of_file
from auto360.providers.video import Download, VideoRefused, VideoUncertain, VideoUnreachable
from auto360.providers.video.copying import FileInfo, SourceChanged
from auto360.providers.video.http import failure_of
from auto360.providers.video.parsing import header_value, whole

PIECE_BYTES = 256 * 1024
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_EXPIRED = (401, 403, 404, 410)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


class Source(Protocol):
    """File readable from any position."""

    def measure(self) -> FileInfo:
        """Return its current size and version. Raises VideoFailure."""

    def read(self, begin: int, end: int) -> AbstractContextManager[Iterator[bytes]]:
        """Yield the bytes from `begin` to before `end`. Raises VideoFailure when they stop coming."""


@dataclass
class HttpSource:
    """File behind a link that expires: `download` returns a new link.

    `expected`: size and version of an earlier run; any other raises SourceChanged.
    """

    http: httpx.Client
    download: Callable[[], Download]
    expected: FileInfo | None = None
    _link: Download | None = field(default=None, init=False)

    def measure(self) -> FileInfo:
        """Read the first byte: some servers answer no HEAD. Raises SourceChanged, VideoFailure."""
        with self._opened({"Range": "bytes=0-0"}) as response:
            etag = header_value(response.headers.get("ETag"))
            if response.status_code == 206:
                total = _range_of(response)[2]
            else:
                total = whole(response.headers.get("Content-Length"))
        if total is None or total <= 0:
            raise VideoRefused("no_size")
        measured = FileInfo(total, etag)
        if self.expected is not None and not _same(self.expected, measured):
            raise SourceChanged("source_changed", lasting=True)
        self.expected = self.expected or measured
        return self.expected

    @contextmanager
    def read(self, begin: int, end: int) -> Iterator[Iterator[bytes]]:
        """Yield the bytes from `begin` to before `end`. A server without range support is read from the start."""
        file = self.expected or self.measure()
        headers = {"Range": f"bytes={begin}-{end - 1}"}
        if file.etag and not file.etag.startswith("W/"):
            headers["If-Range"] = file.etag
        with self._opened(headers) as response:
            skipped = _bytes_before(response, file, begin)
            yield _exactly(response, skip=skipped, count=end - begin)

    @contextmanager
    def _opened(self, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Yield a successful response; an expired link is replaced once."""
        for is_second in (False, True):
            link = self._link = self._link or self.download()
            sent = {**link.headers, **headers, "Accept-Encoding": "identity"}
            try:
                with self.http.stream(
                    "GET", link.url, headers=sent, timeout=_TIMEOUT, follow_redirects=True, extensions=of_file()
                ) as response:
                    if response.status_code in _EXPIRED and not is_second:
                        self._link = None
                        continue
                    if not response.is_success:
                        raise failure_of(response.status_code, response.headers, {})
                    yield response
                    return
            except httpx.HTTPError as error:
                raise VideoUnreachable("source_broken") from error
            except httpx.InvalidURL as error:
                raise VideoRefused("unusable", lasting=True) from error


def _same(known: FileInfo, found: FileInfo) -> bool:
    return known.bytes == found.bytes and (known.etag is None or found.etag is None or known.etag == found.etag)


def _bytes_before(response: httpx.Response, file: FileInfo, begin: int) -> int:
    """Return the bytes of the response before the requested position. Raises SourceChanged."""
    etag = header_value(response.headers.get("ETag"))
    if etag and file.etag and etag != file.etag:
        raise SourceChanged("source_changed", lasting=True)
    if response.status_code == 206:
        first, _, total = _range_of(response)
        if first != begin or total not in (None, file.bytes):
            raise SourceChanged("source_changed", lasting=True)
        return 0
    length = response.headers.get("Content-Length")
    if length is not None and length != str(file.bytes):
        raise SourceChanged("source_changed", lasting=True)
    return begin


def _range_of(response: httpx.Response) -> tuple[int, int, int | None]:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range") or "")
    if not found:
        raise VideoUncertain("no_content_range")
    return int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3])


def _exactly(response: httpx.Response, *, skip: int, count: int) -> Iterator[bytes]:
    for piece in response.iter_bytes(PIECE_BYTES):
        if skip >= len(piece):
            skip -= len(piece)
            continue
        wanted = piece[skip : skip + count] if skip or len(piece) > count else piece
        skip, count = 0, count - len(wanted)
        yield wanted
        if count == 0:
            return
    raise VideoUnreachable("source_cut_off")
