"""Streaming copy from a source to a tus upload: chunk by chunk, resumable after any break.

tus 1.0 (docs/reference/video-providers.md, section 2.1). The server's offset is authoritative: it is queried after
every failure. A hash per chunk is stored, since a running hash cannot pass from one invocation to the next.
"""

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from auto360.providers.transport import of_upload
from auto360.providers.video import Download, VideoRefused, VideoUnreachable
from auto360.providers.video.copying import Chunk, FileInfo, Progress, UploadGone
from auto360.providers.video.parsing import whole
from auto360.providers.video.source import HttpSource, Source

_PROTOCOL = {"Tus-Resumable": "1.0.0"}
_GONE = (403, 404, 410)
_MIN_CHUNK_BYTES = 256 * 1024
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


@dataclass(frozen=True)
class TusPolicy:
    """Bytes of a chunk; seconds kept free at the end; tries without progress; first wait between them."""

    chunk_bytes: int = 16 * 1024 * 1024
    reserve_seconds: float = 5.0
    tries: int = 6
    first_wait_seconds: float = 0.5


class _OutOfTime(Exception):
    """Invocation is about to end."""


@dataclass
class TusCopy:
    """Upload that one or several invocations complete.

    `ends_at` is a deadline of `monotonic`. `on_progress` is called for each chunk that arrived; the next invocation
    gets its argument as `chunks`.
    """

    http: httpx.Client
    upload_url: str = field(repr=False)
    source: Source
    ends_at: float
    chunks: Sequence[Chunk] = ()
    on_progress: Callable[[Progress], None] = lambda progress: None  # noqa: ARG005
    policy: TusPolicy = field(default_factory=TusPolicy)
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _pace: float = field(default=0.0, init=False)

    def run(self) -> Progress:
        """Copy until the file is complete or the time is over. Raises UploadGone, SourceChanged, VideoFailure."""
        total = self.source.measure().bytes
        kept = list(self.chunks)
        size = self.policy.chunk_bytes
        failures, last = 0, -1
        while True:
            try:
                offset = self._offset(total)
                if offset > last:
                    failures, last = 0, offset
                kept = self._accounted(kept, offset)
                progress = Progress(offset, total, tuple(kept))
                self.on_progress(progress)
                if progress.is_complete or not self._has_time(size):
                    return progress
                kept.append(self._send(offset, min(offset + size, total)))
            except _OutOfTime:
                return Progress(kept[-1].end if kept else 0, total, tuple(kept))
            except VideoUnreachable:
                # Proxies refuse or cut large chunks, so the next one is smaller.
                failures, size = failures + 1, max(size // 2, _MIN_CHUNK_BYTES)
                if failures >= self.policy.tries or not self._wait(failures):
                    raise

    def _offset(self, total: int) -> int:
        """Return the server's offset.

        Raises UploadGone, VideoRefused for an upload of another size, VideoUnreachable.
        """
        response = self._request("HEAD")
        length = response.headers.get("Upload-Length")
        if length is not None and length != str(total):
            raise VideoRefused("other_length", lasting=True)
        offset = whole(response.headers.get("Upload-Offset"))
        if offset is None or offset > total:
            raise VideoUnreachable("no_offset")
        return offset

    def _accounted(self, kept: list[Chunk], offset: int) -> list[Chunk]:
        """Return the chunks up to the offset: lost ones are dropped, extra bytes are hashed.

        A failure leaves a part of a chunk on the server. It is read from the source again, only for its hash.
        """
        while kept and kept[-1].end > offset:
            kept.pop()
        begin = kept[-1].end if kept else 0
        while begin < offset:
            end = min(begin + self.policy.chunk_bytes, offset)
            digest = hashlib.sha256()
            with self.source.read(begin, end) as pieces:
                for piece in pieces:
                    self._require_time()
                    digest.update(piece)
            kept.append(Chunk(begin, end, digest.hexdigest()))
            begin = end
        return kept

    def _send(self, begin: int, end: int) -> Chunk:
        """Send one chunk. Raises VideoUnreachable where it may not have arrived whole."""
        digest, started = hashlib.sha256(), self.monotonic()

        def hashed(pieces: Iterator[bytes]) -> Iterator[bytes]:
            for piece in pieces:
                self._require_time()
                digest.update(piece)
                yield piece

        with self.source.read(begin, end) as pieces:
            headers = {
                "Content-Type": "application/offset+octet-stream",
                "Upload-Offset": str(begin),
                # Without it the client would use the chunked transfer coding, which some servers refuse.
                "Content-Length": str(end - begin),
            }
            response = self._request("PATCH", headers=headers, content=hashed(pieces))
        if response.headers.get("Upload-Offset") != str(end):
            raise VideoUnreachable("partly_taken")
        self._pace = (self.monotonic() - started) / (end - begin)
        return Chunk(begin, end, digest.hexdigest())

    def _request(
        self, method: str, *, headers: dict[str, str] | None = None, content: Iterator[bytes] | None = None
    ) -> httpx.Response:
        try:
            response = self.http.request(
                method,
                self.upload_url,
                headers={**_PROTOCOL, **(headers or {})},
                content=content,
                timeout=_TIMEOUT,
                extensions=of_upload() if content is not None else {},
            )
        except httpx.HTTPError as error:
            raise VideoUnreachable("upload_broken") from error
        except httpx.InvalidURL as error:
            raise VideoRefused("unusable", lasting=True) from error
        status = response.status_code
        if response.is_success:
            return response
        if status in _GONE:
            raise UploadGone(f"http_{status}")
        # 409: another offset; 423: locked by an earlier request; 460: damaged on the way. The next HEAD decides.
        if status in (408, 409, 413, 423, 429, 460) or status >= 500:
            raise VideoUnreachable(f"http_{status}")
        raise VideoRefused(f"http_{status}", lasting=True)

    def _has_time(self, size: int) -> bool:
        """Return True when another chunk, at the last rate, can end before the reserve."""
        return self.monotonic() + self._pace * size + self.policy.reserve_seconds < self.ends_at

    def _require_time(self) -> None:
        if self.monotonic() + self.policy.reserve_seconds / 2 > self.ends_at:
            raise _OutOfTime

    def _wait(self, failures: int) -> bool:
        """Wait longer after each failure; False when the time is too short."""
        wait = self.policy.first_wait_seconds * 2.0 ** (failures - 1) * random.uniform(0.8, 1.2)  # noqa: S311
        if self.monotonic() + wait + self.policy.reserve_seconds > self.ends_at:
            return False
        self.sleep(wait)
        return True


@dataclass(frozen=True)
class TusCopier:
    """`FileCopier` for uploads by tus."""

    http: httpx.Client
    policy: TusPolicy = field(default_factory=TusPolicy)

    def measure(self, download: Callable[[], Download], *, known: FileInfo | None = None) -> FileInfo:
        """Return size and version of a file. Raises SourceChanged, VideoFailure."""
        return HttpSource(self.http, download, known).measure()

    def copy(
        self,
        upload_url: str,
        download: Callable[[], Download],
        *,
        known: FileInfo | None,
        chunks: Sequence[Chunk],
        seconds: float,
        on_progress: Callable[[Progress], None],
    ) -> Progress:
        """Run once. Raises UploadGone, SourceChanged, VideoFailure."""
        source, ends_at = HttpSource(self.http, download, known), time.monotonic() + seconds
        return TusCopy(self.http, upload_url, source, ends_at, chunks, on_progress, self.policy).run()
