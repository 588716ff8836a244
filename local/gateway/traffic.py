"""Recent responses of the gateway, in the form of a cloud's monitoring."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field

_KEPT = 50_000
# Buckets of milliseconds by their upper bounds.
_BOUNDS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000)


@dataclass
class Traffic:
    """Recent responses with their times."""

    _answers: deque[tuple[float, int, float]] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def add(self, status: int, milliseconds: float) -> None:
        """Note an answer."""
        self._answers.append((time.monotonic(), status, milliseconds))

    def summary(self, seconds: float) -> dict[str, dict[str, int]]:
        """Counts of the last seconds by status and by bucket."""
        since = time.monotonic() - seconds
        recent = [(status, milliseconds) for at, status, milliseconds in self._answers if at >= since]
        codes = Counter(str(status) for status, _ in recent)
        bins = Counter(_bucket(milliseconds) for _, milliseconds in recent)
        return {"codes": dict(codes), "bins": dict(bins)}


def _bucket(milliseconds: float) -> str:
    return next((str(bound) for bound in _BOUNDS if milliseconds <= bound), "inf")
