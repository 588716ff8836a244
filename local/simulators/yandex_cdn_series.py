"""Series of a CDN resource in Yandex Monitoring, from the configured days, or an invented daily course.

Rates have a point each minute. Counts of statuses have one only for minutes with an answer of that class.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

QUERY = re.compile(r'"(?P<metric>(?:edge|origin)_(?:bandwidth|requests|status_[1-5]xx))"\{(?P<labels>[^}]*)\}')
_MINUTE = 60
_BISHKEK = timedelta(hours=6)
Labels = dict[str, str]


@dataclass(frozen=True)
class CdnTraffic:
    """Traffic of a Bishkek day. Statuses are counts by class, such as `{"2xx": 9000, "5xx": 12}`."""

    requests: float
    origin_requests: float
    bytes: float
    origin_bytes: float
    edge_statuses: Mapping[str, float] = field(default_factory=dict)
    origin_statuses: Mapping[str, float] = field(default_factory=dict)


_USUAL = CdnTraffic(
    2_800_000, 350_000, 400e9, 22e9, {"2xx": 2_780_000, "4xx": 15_000, "5xx": 5_000}, {"2xx": 348_000, "5xx": 2_000}
)


@dataclass
class CdnSeries:
    """Metrics published by the CDN. `days` by ISO date replace the usual day; None is a day without a point."""

    resource_id: str
    days: dict[str, CdnTraffic | None] = field(default_factory=dict)

    def labels(self) -> Labels:
        """Return the labels of every series, as in the metrics reference."""
        return {
            "service": "cdn",
            "resource_id": self.resource_id,
            "resource_name": "videos.360auto.invalid",
            "resource_type": "cdn_resource",
        }

    def points(self, metric: str, start: datetime, end: datetime, grid: int, how: str) -> dict[str, list[Any]]:
        """Return the points of a metric, those of one cell of the grid (milliseconds) combined by AVG or SUM."""
        cells: dict[int, list[float]] = {}
        for moment, value in self._minutes(metric, start, end):
            cells.setdefault(int(moment.timestamp() * 1000) // grid * grid, []).append(value)
        sums = {stamp: sum(values) for stamp, values in cells.items()}
        if how == "AVG":
            sums = {stamp: total / len(cells[stamp]) for stamp, total in sums.items()}
        return {"timestamps": list(sums), "doubleValues": list(sums.values())}

    def _minutes(self, metric: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
        moment = start.astimezone(UTC).replace(second=0, microsecond=0)
        while moment < end:
            local = moment + _BISHKEK
            traffic = self.days.get(local.date().isoformat(), _USUAL)
            minute = local.hour * 60 + local.minute
            if traffic is not None:
                # In the evening twice the average, almost none at night.
                share = (1 - math.cos(2 * math.pi * (minute + 0.5) / 1440)) / 1440
                value = _of(traffic, metric) * share
                if not metric.rpartition("_")[2].endswith("xx"):
                    yield moment, value / _MINUTE * (8 if metric.endswith("bandwidth") else 1)
                elif value > 0:
                    yield moment, value
            moment += timedelta(minutes=1)


def _of(traffic: CdnTraffic, metric: str) -> float:
    """Return the total of a day: requests, bytes, or answers of a class."""
    side, _, what = metric.partition("_")
    if what.startswith("status_"):
        statuses = traffic.edge_statuses if side == "edge" else traffic.origin_statuses
        return statuses.get(what.removeprefix("status_"), 0.0)
    if what == "requests":
        return traffic.requests if side == "edge" else traffic.origin_requests
    return traffic.bytes if side == "edge" else traffic.origin_bytes
