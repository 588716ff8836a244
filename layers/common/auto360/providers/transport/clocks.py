"""How long one exchange may still wait: asked before each operation on the socket, told after it."""

from __future__ import annotations

import time
from typing import Protocol

from auto360.providers.transport import Rate

# Where nobody gave a time-out; sockets take no infinite one.
_LONGEST_SECONDS = 3600.0


class Clock(Protocol):
    """Bounds the waits of one exchange."""

    def left(self, wanted: float) -> float:
        """Seconds that the next wait may take, at most `wanted`; not above zero when the time is over."""

    def note(self, waited: float, count: int) -> None:
        """Count seconds waited for the other side, and the bytes that moved."""


class Deadline:
    """The exchange ends at a moment, whatever moves until then."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at

    def left(self, wanted: float) -> float:
        """See `Clock`."""
        return min(wanted, self._ends_at - time.monotonic())

    def note(self, waited: float, count: int) -> None:
        """Nothing depends on it."""


class LeastRate:
    """The exchange goes on while enough bytes move in each window of waiting."""

    def __init__(self, rate: Rate) -> None:
        self._rate, self._waited, self._moved = rate, 0.0, 0

    def left(self, wanted: float) -> float:
        """See `Clock`. A window in which enough has moved already bounds nothing."""
        if self._moved >= self._rate.bytes:
            return wanted
        return min(wanted, self._rate.seconds - self._waited)

    def note(self, waited: float, count: int) -> None:
        """See `Clock`."""
        self._waited, self._moved = self._waited + waited, self._moved + count
        if self._waited >= self._rate.seconds and self._moved >= self._rate.bytes:
            self._waited, self._moved = 0.0, 0


class Seconds(float):
    """A time-out on its way through the HTTP library to our own sockets, which look at its clock before each wait."""

    __slots__ = ("clock",)
    clock: Clock

    @classmethod
    def of(cls, wanted: float | None, clock: Clock) -> Seconds:
        """A time-out of so many seconds, at most the clock's."""
        seconds = cls(clock.left(_LONGEST_SECONDS if wanted is None else wanted))
        seconds.clock = clock
        return seconds


def left(timeout: float | None) -> float | None:
    """Seconds that an operation with this time-out may take now; not above zero when the exchange is over."""
    return timeout.clock.left(float(timeout)) if isinstance(timeout, Seconds) else timeout


def note(timeout: float | None, *, waited: float, count: int) -> None:
    """Tell the clock of a time-out what an operation has cost."""
    if isinstance(timeout, Seconds):
        timeout.clock.note(waited, count)
