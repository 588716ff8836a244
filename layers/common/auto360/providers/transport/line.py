"""Line to one server: HTTP/1.1 over kept connections, parsed in C, each exchange bounded in time and size.

For frequent calls. Cookies, redirects, proxies and relative addresses of a general client
are not supported, and httpx is not loaded (docs/decisions/0153).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from threading import BoundedSemaphore
from typing import Protocol
from urllib.parse import urlsplit

from auto360.providers.transport.channel import Channel, LineFailed, Server, connect
from auto360.providers.transport.kept import keeps
from auto360.providers.transport.replies import Reply, exchange
from auto360.providers.transport.tls import tls_context

__all__ = ["Line", "LineFailed", "Reply", "ServerLine"]

# Sockets of a frozen instance die, so connections are kept for seconds only.
_KEPT_SECONDS = 5.0
_CONNECTIONS = 20
# Between tries to connect; nothing was sent yet.
_PAUSES_SECONDS = (0.0, 0.5)
_COMMON = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "auto360"}
_PORTS = {"http": 80, "https": 443}
_NO_VALUE = re.compile(r"[^\t\x20-\x7e]")
_NO_PATH = re.compile(r"[^\x21-\x7e]")


class Line(Protocol):
    """Sends to one server."""

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        *,
        seconds: float | None = None,
    ) -> Reply:
        """Send and read the whole answer. `path` may have a query; `seconds` instead of the line's own.

        Raises LineFailed.
        """


class ServerLine:
    """`Line` whose `seconds` cover a whole exchange, connecting included; `connect_seconds` bounds that part.

    `pauses` come between tries to connect.
    """

    def __init__(
        self,
        base_url: str,
        *,
        seconds: float,
        connect_seconds: float = 2.0,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        pauses: Sequence[float] = _PAUSES_SECONDS,
    ) -> None:
        parts, self.server_url = urlsplit(base_url), base_url.rstrip("/")
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("an address of HTTP is needed")
        tls = tls_context() if parts.scheme == "https" else None
        self._server = Server(parts.hostname, parts.port or _PORTS[parts.scheme], tls)
        self._prefix = parts.path.rstrip("/")
        self._always = _lines({"Host": parts.netloc.rpartition("@")[2], **_COMMON, **(headers or {})})
        self._seconds, self._connect_seconds, self._max_bytes = seconds, connect_seconds, max_bytes
        self._pauses = pauses
        self._places = BoundedSemaphore(_CONNECTIONS)
        self._kept: list[tuple[Channel, float]] = []
        keeps(self)

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        *,
        seconds: float | None = None,
    ) -> Reply:
        allowed = self._seconds if seconds is None else seconds
        message, ends_at = self._message(method, path, headers, content), time.monotonic() + allowed
        if not self._places.acquire(timeout=max(0.0, allowed)):
            raise LineFailed("PoolTimeout")
        try:
            channel = self._taken() or self._connected(ends_at)
            try:
                reply, stays = exchange(channel, message, ends_at, max_bytes=self._max_bytes)
            except BaseException:
                channel.close()
                raise
            if stays:
                self._kept.append((channel, time.monotonic()))
            else:
                channel.close()
            return reply
        finally:
            self._places.release()

    def close(self) -> None:
        """Close the kept connections; the line stays usable."""
        while self._kept:
            self._kept.pop()[0].close()

    def _message(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> bytes:
        """Return the request. Raises LineFailed for values that would be parsed as another one."""
        if _NO_PATH.search(path):
            raise LineFailed("LocalProtocolError", "a path that is not encoded")
        length = "" if content is None else f"Content-Length: {len(content)}\r\n"
        head = f"{method} {self._prefix}{path} HTTP/1.1\r\n{self._always}{_lines(headers)}{length}\r\n".encode("ascii")
        return head + content if content else head

    def _taken(self) -> Channel | None:
        """Return the most recently used connection; closes those that are too old or were closed."""
        while self._kept:
            try:
                channel, since = self._kept.pop()
            except IndexError:
                return None
            if time.monotonic() - since < _KEPT_SECONDS and channel.is_quiet():
                return channel
            channel.close()
        return None

    def _connected(self, ends_at: float) -> Channel:
        for pause in self._pauses:
            try:
                return connect(self._server, ends_at, seconds=self._connect_seconds)
            except LineFailed:
                if time.monotonic() + pause >= ends_at:
                    raise
                time.sleep(pause)
        return connect(self._server, ends_at, seconds=self._connect_seconds)


def _lines(headers: Mapping[str, str]) -> str:
    """Return header lines. Raises LineFailed for a value that could hold another line."""
    if _NO_VALUE.search("".join(headers.values())):
        raise LineFailed("LocalProtocolError", "a header that is not plain text")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
