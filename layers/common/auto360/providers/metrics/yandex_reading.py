"""Reading of series from Yandex Monitoring: `MetricsData.read`, REST."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import httpx

from auto360.providers.metrics import SourceFailure
from auto360.providers.transport import at_most

_TIMEOUT_SECONDS = 6.0
_MAX_REPLY_BYTES = 2_000_000

Authorize = Callable[[], str]
"""Returns the value of the `Authorization` header. Raises SourceFailure."""


@dataclass(frozen=True)
class Window:
    """Span of a query and its grid: points of one cell become one by the aggregation, a cell without any has none."""

    start: datetime
    end: datetime
    grid_seconds: int
    aggregation: Literal["AVG", "SUM"] = "AVG"


class MonitoringReader:
    """Reads one folder."""

    def __init__(self, url: str, folder: str, http: httpx.Client, authorize: Authorize) -> None:
        self._url, self._folder, self._http, self._authorize = url.rstrip("/"), folder, http, authorize

    def read(self, query: str, window: Window) -> Iterable[Mapping[str, Any]]:
        """Return the series of a query. Raises SourceFailure."""
        body = {
            "query": query,
            "fromTime": _stamp(window.start),
            "toTime": _stamp(window.end),
            "downsampling": {
                "gridAggregation": window.aggregation,
                "gridInterval": str(window.grid_seconds * 1000),
                "gapFilling": "NONE",
            },
        }
        try:
            reply = self._http.post(
                self._url + "/monitoring/v2/data/read",
                params={"folderId": self._folder},
                json=body,
                headers={"Authorization": self._authorize()},
                timeout=_TIMEOUT_SECONDS,
                extensions=at_most(_MAX_REPLY_BYTES),
            )
        except httpx.HTTPError as error:
            raise SourceFailure("no_reply") from error
        if reply.status_code != httpx.codes.OK:
            raise SourceFailure(f"http_{reply.status_code}")
        try:
            found = reply.json()["metrics"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SourceFailure("unreadable") from error
        if not isinstance(found, list) or not all(isinstance(series, dict) for series in found):
            raise SourceFailure("unreadable")
        return found


def points_of(series: Mapping[str, Any]) -> list[float]:
    """Return the values of a series without its gaps. Raises SourceFailure for a value that is no number."""
    timeseries = series.get("timeseries") or {}
    try:
        values = timeseries.get("doubleValues") or timeseries.get("int64Values") or []
        points = [float(value) for value in values if value not in (None, "NaN")]
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise SourceFailure("unreadable") from error
    if not math.isfinite(sum(points)) or sum(points) < 0:
        raise SourceFailure("unreadable")
    return points


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
