"""Time bounds of an exchange: queried before each socket operation, updated after it."""

from __future__ import annotations

import time
from typing import Protocol

from auto360.providers.transport import Rate

# Default time-out; sockets accept no infinite one.
_LONGEST_SECONDS = 3600.0


class Clock(Protocol):
    """Bounds the waits of one exchange."""

    def left(self, wanted: float) -> float:
        """Return the seconds for the next wait, at most `wanted`; not above zero when the time is over."""

    def note(self, waited: float, count: int) -> None:
        """Count seconds of waiting for the server, and transferred bytes."""


class Deadline:
    """Bound by a fixed moment."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at

    def left(self, wanted: float) -> float:
        return min(wanted, self._ends_at - time.monotonic())

    def note(self, waited: float, count: int) -> None:
        """Ignore progress: only the deadline counts."""


class MinRate:
    """Bound by a minimum of bytes in each window of waiting."""

    def __init__(self, rate: Rate) -> None:
        self._rate, self._waited, self._moved = rate, 0.0, 0

    def left(self, wanted: float) -> float:
        """Return the rest of the window; unbounded after enough bytes in it."""
        if self._moved >= self._rate.bytes:
            return wanted
        return min(wanted, self._rate.seconds - self._waited)

    def note(self, waited: float, count: int) -> None:
        self._waited, self._moved = self._waited + waited, self._moved + count
        if self._waited >= self._rate.seconds and self._moved >= self._rate.bytes:
            self._waited, self._moved = 0.0, 0


class Seconds(float):
    """Time-out that passes its clock through the HTTP library to our sockets."""

    __slots__ = ("clock",)
    clock: Clock

    @classmethod
    def of(cls, wanted: float | None, clock: Clock) -> Seconds:
        """Return a time-out of `wanted` seconds, at most the clock's."""
        seconds = cls(clock.left(_LONGEST_SECONDS if wanted is None else wanted))
        seconds.clock = clock
        return seconds


def left(timeout: float | None) -> float | None:
    """Return the seconds that an operation may take now; not above zero when the exchange is over."""
    return timeout.clock.left(float(timeout)) if isinstance(timeout, Seconds) else timeout


def note(timeout: float | None, *, waited: float, count: int) -> None:
    """Charge an operation to the clock of a time-out."""
    if isinstance(timeout, Seconds):
        timeout.clock.note(waited, count)
