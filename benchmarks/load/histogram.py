"""Latencies in logarithmic buckets."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

GROWTH = 1.02
_FIRST = 1e-4
_LOG_GROWTH = math.log(GROWTH)


@dataclass
class Histogram:
    """Counts of latencies in buckets that grow by 2 %: a quantile is at most 2 % above the actual latency."""

    counts: Counter[int] = field(default_factory=Counter)
    total: int = 0
    sum: float = 0.0
    max: float = 0.0

    def record(self, seconds: float) -> None:
        """Count a latency; everything below a tenth of a millisecond shares a bucket."""
        bucket = 0 if seconds <= _FIRST else math.ceil(math.log(seconds / _FIRST) / _LOG_GROWTH)
        self.counts[bucket] += 1
        self.total += 1
        self.sum += seconds
        self.max = max(self.max, seconds)

    def add(self, other: Histogram) -> None:
        """Add another histogram's counts."""
        self.counts.update(other.counts)
        self.total += other.total
        self.sum += other.sum
        self.max = max(self.max, other.max)

    def quantile(self, share: float) -> float:
        """Return the upper bound in seconds of the bucket with this share, at most the maximum; 0 if empty."""
        wanted, seen = math.ceil(share * self.total), 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= wanted:
                return min(_FIRST * GROWTH**bucket, self.max)
        return 0.0

    @property
    def mean(self) -> float:
        return self.sum / self.total if self.total else 0.0

    def summary(self) -> dict[str, Any]:
        """Return count, mean, p50, p95, p99 and maximum in milliseconds."""
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
        quantiles = {name: round(self.quantile(share) * 1000, 2) for name, share in shares.items()}
        return {"count": self.total, "mean": round(self.mean * 1000, 2), **quantiles, "max": round(self.max * 1000, 2)}
