"""Checksums of a part of a file behind a link, read piece by piece."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from auto360.providers.video import Download, VideoUnreachable
from auto360.providers.video.copying import FileInfo
from auto360.providers.video.source import HttpSource


@dataclass(frozen=True)
class HttpDigest:
    """Hashes a part, resuming a broken connection at most `tries` times."""

    http: httpx.Client
    tries: int = 5
    first_wait_seconds: float = 0.5
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, download: Callable[[], Download], *, begin: int, end: int, known: FileInfo | None = None) -> str:
        """Return the SHA-256 (hexadecimal) of the bytes from `begin` to before `end`.

        Raises SourceChanged, VideoFailure.
        """
        source = HttpSource(self.http, download, known)
        for number in range(self.tries):
            digest = hashlib.sha256()
            try:
                with source.read(begin, end) as pieces:
                    for piece in pieces:
                        digest.update(piece)
                return digest.hexdigest()
            except VideoUnreachable:
                if number + 1 == self.tries:
                    raise
                self.sleep(self.first_wait_seconds * 2.0**number)
        raise VideoUnreachable("no_tries")
