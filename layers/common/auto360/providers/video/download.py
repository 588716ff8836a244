"""Download of a provider's file from beginning to end; a broken connection resumes at the same byte."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from auto360.providers.video import Download, VideoBusy, VideoUnreachable
from auto360.providers.video.source import HttpSource

# A read that breaks repeatedly without a new byte is given up.
_TRIES = 6


@dataclass(frozen=True)
class WholeFile:
    """Reads files behind links that expire."""

    http: httpx.Client
    sleep: Callable[[float], None] = time.sleep

    def size(self, download: Callable[[], Download]) -> int:
        """Return the size of the file in bytes. Raises VideoFailure."""
        return HttpSource(self.http, download).measure().bytes

    def read(self, download: Callable[[], Download]) -> Iterator[bytes]:
        """Yield all bytes of one version of the file. Raises VideoFailure, SourceChanged among them."""
        source = HttpSource(self.http, download)
        size, position, tries = source.measure().bytes, 0, 0
        while position < size:
            try:
                with source.read(position, size) as pieces:
                    for piece in pieces:
                        position, tries = position + len(piece), 0
                        yield piece
            except (VideoUnreachable, VideoBusy) as error:
                tries += 1
                if tries == _TRIES:
                    raise
                self.sleep(min(max(error.retry_after or 0.0, 0.3 * 2**tries), 20.0))
