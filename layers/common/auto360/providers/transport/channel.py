"""Connection of a line: a socket that limits every wait to the rest of its exchange."""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auto360.providers.transport.names import addresses_of

if TYPE_CHECKING:
    from ssl import SSLContext

# Bytes per write: the time is checked between writes, so a slow reader is noticed.
_WRITE_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024


# After these the server cannot have acted: nothing was sent.
_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "LocalProtocolError")


class LineFailed(Exception):
    """Exchange without a whole answer. `kind` names the step that failed, for logs."""

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(f"{kind}: {text}" if text else kind)
        self.kind = kind

    @property
    def may_have_arrived(self) -> bool:
        """Return False when the server cannot have acted on the request."""
        return self.kind not in _NOT_SENT


@dataclass(frozen=True)
class Server:
    """Server by name. `tls` is None for plain text."""

    host: str
    port: int
    tls: SSLContext | None


class Channel:
    """Open connection. Raises LineFailed; after a failure it can only be closed."""

    def __init__(self, plain: socket.socket) -> None:
        self._socket = plain
        self._poll = select.poll()
        self._poll.register(plain, select.POLLIN | select.POLLHUP | select.POLLERR)

    def send(self, message: bytes, ends_at: float) -> None:
        """Write all of it."""
        rest = memoryview(message)
        while rest:
            self._wait_until(ends_at, "WriteTimeout")
            try:
                count = self._socket.send(rest[:_WRITE_BYTES])
            except TimeoutError as error:
                raise LineFailed("WriteTimeout") from error
            except OSError as error:
                raise LineFailed("WriteError", type(error).__name__) from error
            rest = rest[count:]

    def receive(self, ends_at: float) -> bytes:
        """Return the received bytes, empty at the end."""
        self._wait_until(ends_at, "ReadTimeout")
        try:
            return self._socket.recv(_READ_BYTES)
        except TimeoutError as error:
            raise LineFailed("ReadTimeout") from error
        except OSError as error:
            raise LineFailed("ReadError", type(error).__name__) from error

    def is_quiet(self) -> bool:
        """Return True while the server has neither closed nor sent unrequested bytes."""
        return not self._poll.poll(0)

    def close(self) -> None:
        self._socket.close()

    def _wait_until(self, ends_at: float, kind: str) -> None:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise LineFailed(kind, "the exchange took too long")
        self._socket.settimeout(left)


def connect(server: Server, ends_at: float, *, seconds: float) -> Channel:
    """Open a connection, each of its two steps within `seconds`. Raises LineFailed: ConnectError, ConnectTimeout."""
    try:
        plain = _reached(server, min(ends_at, time.monotonic() + seconds))
        return Channel(plain if server.tls is None else _over_tls(plain, server, server.tls, ends_at, seconds))
    except TimeoutError as error:
        raise LineFailed("ConnectTimeout") from error
    except OSError as error:
        raise LineFailed("ConnectError", type(error).__name__) from error


def _reached(server: Server, ends_at: float) -> socket.socket:
    """Try the addresses of the host one after the other; each has its share of the time."""
    failure: OSError = TimeoutError("no time to connect")
    addresses = addresses_of(server.host, server.port, seconds=ends_at - time.monotonic())
    for place, address in enumerate(addresses):
        share = (ends_at - time.monotonic()) / (len(addresses) - place)
        if share <= 0:
            break
        try:
            plain = socket.create_connection((address, server.port), share)
        except OSError as error:
            failure = error
            continue
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain
    raise failure


def _over_tls(plain: socket.socket, server: Server, tls: SSLContext, ends_at: float, seconds: float) -> socket.socket:
    """Begin TLS; the standard library bounds the handshake as a whole."""
    try:
        left = min(seconds, ends_at - time.monotonic())
        if left <= 0:
            raise TimeoutError("no time for TLS")
        plain.settimeout(left)
        return tls.wrap_socket(plain, server_hostname=server.host)
    except BaseException:
        plain.close()
        raise
