"""Port to sources of metrics for the alert rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Sample:
    """Current value of a metric. `subject` separates values of one metric, such as a provider; units are the rule's.

    A `weak` sample comes from few cases: it may close an alert and opens none. None: no value now.
    """

    metric: str
    value: float | None
    subject: str = ""
    weak: bool = False


class SourceFailure(Exception):
    """Source did not answer, or in another form. The message is our short code, never the source's text."""


class MetricSource(Protocol):
    """Source of metrics."""

    name: str
    metrics: Sequence[str]

    def read(self) -> Sequence[Sample]:
        """Measure everything in `metrics`; no sample for a subject means a normal state. Raises SourceFailure."""


@dataclass(frozen=True)
class CdnDay:
    """Traffic of a Bishkek day at the edge and at the origin; shares of 5xx are None without any status."""

    requests: float
    origin_requests: float
    bytes: float
    origin_bytes: float
    error_share: float | None
    origin_error_share: float | None


class CdnTraffic(Protocol):
    """Source of the CDN's metrics."""

    def day(self, day: date) -> CdnDay | None:
        """Return the traffic of a day; None where the source has no point of it. Raises SourceFailure."""
