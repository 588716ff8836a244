"""Metrics of the API gateway from Yandex Monitoring (REST, read only).

Names and labels are those of the metrics reference of API Gateway: requests per second by `code`, and a histogram of
latencies in milliseconds by `bin`, whose buckets are treated as not cumulated. Each is published by `path`, `operation`
and `release`, and once more as a sum with the value `total`: parts and sums together would count a request several
times, and all parts of a busy gateway do not fit into an answer. So sums are queried, added up by the service.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

import httpx
from pydantic import Field, HttpUrl, SecretStr

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.providers.metrics import Sample, SourceFailure
from auto360.providers.metrics.traffic import ERROR_RATE, RESPONSE_TIME, WINDOW_SECONDS, traffic_readings
from auto360.providers.metrics.yandex_reading import Authorize, MonitoringReader, Window, points_of

# A fine grid, summed by us: a rate without points while it is zero must not be averaged over the others alone.
_GRID_SECONDS = 15
_SLOW_SHARE = 0.95
_SUMS = 'path="total", operation="total"'
# Where a gateway publishes no sums, they are computed from the parts.
_PARTS = 'path!="total", operation!="total"'


class YandexMonitoringSettings(EnvSettings):
    """Folder and gateway to watch. Without an API key the token of the function's service account is used.

    The gateway is its id, its name, or both with a `|` between: documents use one and dashboards the other.
    """

    yandex_monitoring_url: HttpUrl = HttpUrl("https://monitoring.api.cloud.yandex.net")
    yandex_monitoring_folder: str = Field(min_length=1, max_length=50)
    yandex_monitoring_gateway: str = Field(pattern=r"^[a-z0-9\-]{1,63}(\|[a-z0-9\-]{1,63})?$")
    yandex_monitoring_api_key: SecretStr | None = None


class YandexMonitoring:
    """`MetricSource` over Yandex Monitoring."""

    name = "yandex_monitoring"
    metrics: Sequence[str] = (ERROR_RATE, RESPONSE_TIME)

    def __init__(
        self, settings: YandexMonitoringSettings, http: httpx.Client, *, authorize: Authorize, now: Clock
    ) -> None:
        url, folder = str(settings.yandex_monitoring_url), settings.yandex_monitoring_folder
        self._settings, self._now = settings, now
        self._reader = MonitoringReader(url, folder, http, authorize)

    def read(self) -> Sequence[Sample]:
        """Two queries about the last three minutes. Raises SourceFailure."""
        by_code = self._totals("api_gateway.requests_count_per_second", "code")
        by_bin = self._totals("api_gateway.requests_latency_milliseconds", "bin")
        return traffic_readings(
            requests=sum(by_code.values()),
            failures=sum(count for code, count in by_code.items() if code.startswith("5")),
            slow_seconds=_percentile(by_bin, _SLOW_SHARE),
        )

    def _totals(self, metric: str, label: str) -> dict[str, float]:
        """Count requests of the window per value of a label."""
        return self._counted(metric, label, _SUMS) or self._counted(metric, label, _PARTS)

    def _counted(self, metric: str, label: str, which: str) -> dict[str, float]:
        """Requests of the window by the label, one series for each of its values."""
        gateway = self._settings.yandex_monitoring_gateway
        chosen = f'service="serverless-apigateway", gateway="{gateway}", release!="total", {label}!="total", {which}'
        totals: dict[str, float] = {}
        end = self._now()
        window = Window(end - timedelta(seconds=WINDOW_SECONDS), end, _GRID_SECONDS)
        for series in self._reader.read(f'series_sum("{label}", "{metric}"{{{chosen}}})', window):
            labels = series.get("labels")
            value = str(labels.get(label, "")) if isinstance(labels, dict) else ""
            totals[value] = totals.get(value, 0.0) + sum(points_of(series)) * _GRID_SECONDS
        return totals


def _percentile(by_bin: Mapping[str, float], share: float) -> float | None:
    """Return the seconds within which this share of requests was answered: the upper bound of a bucket."""
    buckets = sorted((_bound(name), count) for name, count in by_bin.items())
    wanted, reached, last = sum(count for _, count in buckets) * share, 0.0, 0.0
    if not wanted:
        return None
    for bound, count in buckets:
        reached += count
        last = bound if bound != float("inf") else last
        if reached >= wanted:
            break
    return last / 1000


def _bound(name: str) -> float:
    try:
        bound = float(name)
    except ValueError as error:
        raise SourceFailure("unreadable") from error
    if math.isnan(bound) or bound < 0:
        raise SourceFailure("unreadable")
    return bound
