"""Records of one phase: latencies and outcomes per endpoint, per second, and the means of Little's law."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.app import Outcome
from benchmarks.load.histogram import Histogram


@dataclass
class Endpoint:
    """Latencies from the intended start, of all answers and failures, and outcomes by code."""

    latency: Histogram = field(default_factory=Histogram)
    function: Histogram = field(default_factory=Histogram)
    outcomes: Counter[str] = field(default_factory=Counter)
    tries: int = 0
    bytes: int = 0

    def summary(self) -> dict[str, Any]:
        """Return latencies, outcomes and sizes as JSON."""
        count = max(1, self.latency.total)
        return {
            **self.latency.summary(),
            "function": self.function.summary(),
            "outcomes": dict(self.outcomes),
            "tries": self.tries,
            "bytes_each": round(self.bytes / count),
        }


@dataclass
class Second:
    """Second of a phase."""

    offered: int = 0
    served: int = 0
    failed: int = 0
    latency: Histogram = field(default_factory=Histogram)


@dataclass
class Records:
    """Records of a phase. Times are seconds since its beginning."""

    endpoints: defaultdict[str, Endpoint] = field(default_factory=lambda: defaultdict(Endpoint))
    seconds: defaultdict[int, Second] = field(default_factory=lambda: defaultdict(Second))
    lateness: Histogram = field(default_factory=Histogram)
    waiting: Histogram = field(default_factory=Histogram)
    cold: int = 0
    server_errors: int = 0
    offered: int = 0
    _in_flight: int = 0
    _in_flight_area: float = 0.0
    _in_flight_at: float = 0.0

    def begin(self, intended: float, now: float) -> None:
        """Record the start of a request, and the lateness of the generator itself."""
        self.offered += 1
        self.seconds[int(intended)].offered += 1
        self.lateness.record(max(0.0, now - intended))
        self._move(now, 1)

    def end(self, name: str, intended: float, now: float, outcome: Outcome) -> None:
        """Record the end of a request."""
        self._move(now, -1)
        latency, endpoint, second = now - intended, self.endpoints[name], self.seconds[int(now)]
        endpoint.latency.record(latency)
        endpoint.outcomes[outcome.code] += 1
        endpoint.tries += outcome.tries
        endpoint.bytes += outcome.bytes
        if outcome.function_seconds is not None:
            endpoint.function.record(outcome.function_seconds)
            self.waiting.record(max(0.0, outcome.last_try_seconds - outcome.function_seconds))
        second.served += outcome.is_ok
        second.failed += not outcome.is_ok
        second.latency.record(latency)
        self.cold += outcome.cold
        self.server_errors += outcome.server_errors

    def _move(self, now: float, change: int) -> None:
        self._in_flight_area += self._in_flight * (now - self._in_flight_at)
        self._in_flight_at = now
        self._in_flight += change

    @property
    def served(self) -> int:
        return sum(endpoint.outcomes["ok"] for endpoint in self.endpoints.values())

    @property
    def failed(self) -> int:
        return self.total.total - self.served

    @property
    def total(self) -> Histogram:
        """Return the latencies of all endpoints."""
        found = Histogram()
        for endpoint in self.endpoints.values():
            found.add(endpoint.latency)
        return found

    @property
    def mean_in_flight(self) -> float:
        """Return the measured mean of requests in flight until the last one ended."""
        return self._in_flight_area / self._in_flight_at if self._in_flight_at else 0.0

    @property
    def little(self) -> float:
        """Return measured in flight divided by rate times mean latency: 1 for an honest generator."""
        total = self.total
        expected = total.sum / self._in_flight_at if self._in_flight_at else 0.0
        return self.mean_in_flight / expected if expected else 1.0
