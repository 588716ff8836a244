"""Counts and durations of a function's calls, for the console page."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from local.gateway.worker_process import WorkerAnswer

_KEPT = 1000


@dataclass
class Measurements:
    """Statistics of one function since the start of the stack."""

    calls: int = 0
    errors: int = 0
    timeouts: int = 0
    crashes: int = 0
    cold_starts: int = 0
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    inits: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def add(self, answer: WorkerAnswer) -> None:
        """Count a finished call."""
        self.calls += 1
        self.errors += answer.error is not None
        self.durations.append(answer.duration_ms)
        if answer.init_ms is not None:
            self.cold_starts += 1
            self.inits.append(answer.init_ms)

    def summary(self) -> dict[str, Any]:
        """Return the statistics as JSON."""
        return {
            "calls": self.calls,
            "errors": self.errors,
            "timeouts": self.timeouts,
            "crashes": self.crashes,
            "cold_starts": self.cold_starts,
            "init_ms": _quantiles(self.inits),
            "duration_ms": _quantiles(self.durations),
        }


def _quantiles(values: deque[float]) -> dict[str, float | None]:
    ordered = sorted(values)
    if not ordered:
        return {"median": None, "p95": None, "max": None}
    last = len(ordered) - 1
    at = {"median": last // 2, "p95": round(last * 0.95), "max": last}
    return {name: round(ordered[index], 2) for name, index in at.items()}
