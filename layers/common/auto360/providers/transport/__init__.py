"""Outgoing HTTP: every exchange is bounded in time and size as a whole.

The `timeout` of a request covers connection, TLS, sending, headers and body. `TERMS` in the request's extensions
overrides it: for files, and for exchanges that share one deadline.
"""

from dataclasses import dataclass
from typing import Any

TERMS = "auto360_terms"
"""Key of `Terms` in a request's extensions."""

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Rate:
    """Bytes that must be transferred in `seconds` of waiting for the server; our own pauses do not count."""

    bytes: int = 480 * 1024
    seconds: float = 30.0


@dataclass(frozen=True)
class Terms:
    """Bounds of one exchange.

    `ends_at` is a moment of `time.monotonic`; None: `timeout` seconds from now. With `min_rate` there is none: the
    exchange lasts as long as bytes keep arriving, and `timeout` bounds each wait. `max_bytes` of the answer, once it
    is unpacked; None: the client's own.
    """

    ends_at: float | None = None
    min_rate: Rate | None = None
    max_bytes: int | None = None


FILE_RATE = Rate()
_UNBOUNDED = 1 << 62


def of_file() -> dict[str, Any]:
    """Return extensions for a response that is a file: any size, at a minimum rate."""
    return {TERMS: Terms(min_rate=FILE_RATE, max_bytes=_UNBOUNDED)}


def of_upload() -> dict[str, Any]:
    """Return extensions for an upload: a minimum rate, and a short response."""
    return {TERMS: Terms(min_rate=FILE_RATE, max_bytes=_MEBIBYTE)}


def at_most(max_bytes: int) -> dict[str, Any]:
    """Return extensions for a small response."""
    return {TERMS: Terms(max_bytes=max_bytes)}


def until(ends_at: float, *, max_bytes: int | None = None) -> dict[str, Any]:
    """Return extensions for requests that share a deadline of `time.monotonic`, such as redirects."""
    return {TERMS: Terms(ends_at=ends_at, max_bytes=max_bytes)}
