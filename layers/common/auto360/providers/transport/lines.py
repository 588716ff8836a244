"""Lines to any number of servers, for calls of providers that answer shortly: httpx is not loaded for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from auto360.providers.transport.line import Line, Reply, ServerLine

# A provider may name hosts of its own; the line that was made first goes.
_MAX_SERVERS = 16


class Lines(Protocol):
    """Sends to any server."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, *, seconds: float
    ) -> Reply:
        """Return the whole answer, which comes within `seconds`.

        Raises LineFailed, and ValueError for an address that is none.
        """


class ServerLines:
    """`Lines` with a line to each server. `around` wraps the line to a host, such as a recorder of calls."""

    def __init__(self, *, max_bytes: int, around: Callable[[Line, str], Line] = lambda line, _: line) -> None:
        self._max_bytes, self._around = max_bytes, around
        self._lines: dict[str, tuple[ServerLine, Line]] = {}

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, *, seconds: float
    ) -> Reply:
        """Send; connecting is not tried again, since the caller decides what comes next."""
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        known = self._lines.get(server)
        if known is None:
            own = ServerLine(server, seconds=seconds, connect_seconds=seconds, max_bytes=self._max_bytes, pauses=())
            known = own, self._around(own, parts.hostname or "")
            if len(self._lines) >= _MAX_SERVERS:
                self._lines.pop(next(iter(self._lines)))[0].close()
            self._lines[server] = known
        return known[1].send(method, url[len(server) :] or "/", headers, content, seconds=seconds)
