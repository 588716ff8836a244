"""Posts to providers with short answers, over lines: httpx is not loaded for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from auto360.providers.transport.line import Line, Reply, ServerLine


class Poster(Protocol):
    """Posts to any server."""

    def post(self, url: str, content: bytes, *, content_type: str, seconds: float) -> Reply:
        """Return the whole answer, which comes within `seconds`. Raises LineFailed."""


class LinePoster:
    """`Poster` with a line to each server. `around` wraps the line to a host, such as a recorder of calls."""

    def __init__(self, *, max_bytes: int, around: Callable[[Line, str], Line] = lambda line, _: line) -> None:
        self._max_bytes, self._around = max_bytes, around
        self._lines: dict[str, Line] = {}

    def post(self, url: str, content: bytes, *, content_type: str, seconds: float) -> Reply:
        """Post; connecting is not retried, since the caller decides the next step."""
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        line = self._lines.get(server)
        if line is None:
            new = ServerLine(server, seconds=seconds, connect_seconds=seconds, max_bytes=self._max_bytes, pauses=())
            line = self._lines[server] = self._around(new, parts.hostname or "")
        path = url.removeprefix(server)
        return line.send("POST", path or "/", {"Content-Type": content_type}, content, seconds=seconds)
