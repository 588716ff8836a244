"""Outgoing HTTP: every exchange is bounded in time and size as a whole, whatever the other side does.

The `timeout` of a request is the time for all of it: connection, TLS, sending, headers, body. `TERMS` in the request's
extensions says otherwise: for files, and for exchanges that share one moment at which they end.
"""

from dataclasses import dataclass
from typing import Any

TERMS = "auto360_terms"
"""The key of `Terms` among a request's extensions."""

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Rate:
    """Bytes that must move in so many seconds of waiting for the other side; our own pauses do not count."""

    bytes: int = 480 * 1024
    seconds: float = 30.0


@dataclass(frozen=True)
class Terms:
    """The bounds of one exchange.

    `ends_at` is a moment of `time.monotonic`; None: `timeout` seconds from now. With `least_rate` there is no such
    moment: it may take as long as bytes keep coming, and `timeout` bounds each wait. `max_bytes` of the answer, once it
    is unpacked; None: the client's own.
    """

    ends_at: float | None = None
    least_rate: Rate | None = None
    max_bytes: int | None = None


FILE_RATE = Rate()
_UNBOUNDED = 1 << 62


def of_file() -> dict[str, Any]:
    """Extensions of a request whose answer is a file: any size, at a rate at which it ends some day."""
    return {TERMS: Terms(least_rate=FILE_RATE, max_bytes=_UNBOUNDED)}


def of_upload() -> dict[str, Any]:
    """Extensions of a request that carries a file: the same, and a short answer."""
    return {TERMS: Terms(least_rate=FILE_RATE, max_bytes=_MEBIBYTE)}


def at_most(max_bytes: int) -> dict[str, Any]:
    """Extensions of a request whose answer is small."""
    return {TERMS: Terms(max_bytes=max_bytes)}


def until(ends_at: float, *, max_bytes: int | None = None) -> dict[str, Any]:
    """Extensions of requests, such as those of redirects, that must all be over at a moment of `time.monotonic`."""
    return {TERMS: Terms(ends_at=ends_at, max_bytes=max_bytes)}
