"""Transport and client of all outgoing HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from auto360.providers.transport import TERMS, Terms
from auto360.providers.transport.bodies import BoundedBody
from auto360.providers.transport.clocks import Clock, Deadline, MinRate, Seconds
from auto360.providers.transport.kept import keeps
from auto360.providers.transport.sockets import BoundedBackend
from auto360.providers.transport.tls import tls_context

# Sockets of a frozen instance die, so connections are kept for seconds only.
_KEPT_SECONDS = 5.0
_MAX_BYTES = 8 * 1024 * 1024
_MAX_REDIRECTS = 5

Around = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""Wrapper of the connections, such as a recorder of calls."""


def new_client(
    *,
    timeout: float | httpx.Timeout,
    base_url: str = "",
    max_bytes: int = _MAX_BYTES,
    connections: int = 20,
    retries: int = 0,
    around: Around = lambda behind: behind,
    before: Callable[[httpx.Request], None] | None = None,
) -> httpx.Client:
    """Return a client over bounded connections; `timeout` covers a whole exchange. `before` is called for each request.

    Follows no redirects unless a request asks for it, uses no proxy, and accepts gzip.
    """
    return httpx.Client(
        base_url=base_url,
        timeout=timeout,
        transport=around(BoundedTransport(max_bytes=max_bytes, connections=connections, retries=retries)),
        headers={"Accept-Encoding": "gzip"},
        trust_env=False,
        follow_redirects=False,
        max_redirects=_MAX_REDIRECTS,
        event_hooks={"request": [before]} if before else {},
    )


class BoundedTransport(httpx.BaseTransport):
    """Connections with every exchange bounded in time and size. `retries`: only where connecting fails."""

    def __init__(self, *, max_bytes: int = _MAX_BYTES, connections: int = 20, retries: int = 0) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls_context(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEPT_SECONDS,
            retries=retries,
            network_backend=BoundedBackend(),
        )
        keeps(self)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send and return the response, its body unread. Raises httpx.HTTPError."""
        terms = request.extensions.get(TERMS) or Terms()
        timeouts = request.extensions.get("timeout") or {}
        clock = _clock(terms, timeouts)
        bounded = {name: Seconds.of(timeouts.get(name), clock) for name in ("connect", "read", "write", "pool")}
        plain = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={**request.extensions, "timeout": bounded},
        )
        with _translated():
            answer = self._pool.handle_request(plain)
        return self._bounded(answer, max_bytes=self._max_bytes if terms.max_bytes is None else terms.max_bytes)

    def close(self) -> None:
        """Close the connections."""
        with _translated():
            self._pool.close()

    def _bounded(self, answer: httpcore.Response, *, max_bytes: int) -> httpx.Response:
        headers = httpx.Headers(answer.headers)
        coding = headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", ""):
            answer.close()
            raise httpx.DecodingError("a coding that was not asked for")
        is_packed = coding == "gzip"
        if is_packed:
            headers.pop("Content-Encoding")
            headers.pop("Content-Length", None)
        body = BoundedBody(_pieces(answer), max_bytes=max_bytes, is_packed=is_packed, close=answer.close)
        return httpx.Response(answer.status, headers=headers, stream=body, extensions=dict(answer.extensions))


def _clock(terms: Terms, timeouts: dict[str, Any]) -> Clock:
    if terms.min_rate is not None:
        return MinRate(terms.min_rate)
    if terms.ends_at is not None:
        return Deadline(terms.ends_at)
    whole = timeouts.get("read")
    return Deadline(float("inf") if whole is None else time.monotonic() + whole)


def _pieces(answer: httpcore.Response) -> Iterator[bytes]:
    with _translated():
        yield from answer.iter_stream()


# The most specific first.
_MEANINGS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.NetworkError, httpx.ReadError),
    (httpcore.ProtocolError, httpx.RemoteProtocolError),
)


@contextmanager
def _translated() -> Iterator[None]:
    """Convert httpcore's failures to those of httpx."""
    try:
        yield
    except Exception as error:
        for known, meaning in _MEANINGS:
            if isinstance(error, known):
                raise meaning(str(error)) from error
        raise
