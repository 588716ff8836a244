"""Sockets for httpcore that query the exchange's clock before each wait, so that a slow server cannot exceed it."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable

import httpcore

from auto360.providers.transport.clocks import left, note
from auto360.providers.transport.names import addresses_of

# Bytes per write: the time limit is checked between writes, so a slow reader is noticed.
_WRITE_BYTES = 64 * 1024


class BoundedBackend(httpcore.NetworkBackend):
    """Connects within a time for names and all addresses together."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Try the addresses of a host one after the other; each has its share of the time."""
        allowed = left(timeout)
        ends_at = None if allowed is None else time.monotonic() + allowed
        failure: Exception = httpcore.ConnectTimeout("no time to connect")
        addresses = _addresses(host, port, seconds=allowed)
        for place, address in enumerate(addresses):
            share = None if ends_at is None else (ends_at - time.monotonic()) / (len(addresses) - place)
            if share is not None and share <= 0:
                break
            try:
                return BoundedStream(self._plain.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a socket of this machine."""
        return BoundedStream(self._plain.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait between two tries to connect."""
        time.sleep(seconds)


class BoundedStream(httpcore.NetworkStream):
    """Connection that limits every wait to the rest of its exchange."""

    def __init__(self, plain: httpcore.NetworkStream) -> None:
        self._plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read received bytes, at most so many."""
        allowed = left(timeout)
        if allowed is not None and allowed <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        started = time.monotonic()
        data = self._plain.read(max_bytes, allowed)
        note(timeout, waited=time.monotonic() - started, count=len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        rest = memoryview(buffer)
        while rest:
            allowed = left(timeout)
            if allowed is not None and allowed <= 0:
                raise httpcore.WriteTimeout("the exchange took too long")
            piece, rest = rest[:_WRITE_BYTES], rest[_WRITE_BYTES:]
            started = time.monotonic()
            self._plain.write(piece, allowed)  # type: ignore[arg-type]
            note(timeout, waited=time.monotonic() - started, count=len(piece))

    def close(self) -> None:
        """Close the connection."""
        self._plain.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS; the standard library bounds the handshake as a whole."""
        allowed = left(timeout)
        if allowed is not None and allowed <= 0:
            self.close()
            raise httpcore.ConnectTimeout("no time for TLS")
        return BoundedStream(self._plain.start_tls(ssl_context, server_hostname, allowed))

    def get_extra_info(self, info: str) -> object:
        return self._plain.get_extra_info(info)


def _addresses(host: str, port: int, *, seconds: float | None) -> list[str]:
    """Return the addresses of a host."""
    try:
        return addresses_of(host, port, seconds=seconds)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
