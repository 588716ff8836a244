"""Days of a CDN resource from Yandex Monitoring: the CDN's own API has no statistics.

Rates (requests, bits per second) are averaged over five minutes and multiplied by them; a cell without a point has no
traffic. Shares of 5xx come from counts of statuses alone, independent of a count's span.
Names: metrics reference of Cloud CDN.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import httpx
from pydantic import Field, HttpUrl, SecretStr

from auto360.core.settings import EnvSettings
from auto360.core.timezone import BISHKEK
from auto360.providers.metrics import CdnDay
from auto360.providers.metrics.yandex_reading import Authorize, MonitoringReader, Window, points_of

_GRID_SECONDS = 300
_CLASSES = ("2xx", "3xx", "4xx", "5xx")


class YandexCdnTrafficSettings(EnvSettings):
    """Folder and CDN resource; without either the CDN has no metrics. Key as for the gateway's metrics."""

    yandex_monitoring_url: HttpUrl = HttpUrl("https://monitoring.api.cloud.yandex.net")
    yandex_monitoring_folder: str = Field("", max_length=50)
    yandex_monitoring_api_key: SecretStr | None = None
    yandex_cdn_resource_id: str = Field("", pattern=r"^[a-z0-9\-]{0,50}$")

    @property
    def is_used(self) -> bool:
        return bool(self.yandex_monitoring_folder and self.yandex_cdn_resource_id)


class YandexCdnTraffic:
    """`CdnTraffic` over Yandex Monitoring."""

    def __init__(self, settings: YandexCdnTrafficSettings, http: httpx.Client, *, authorize: Authorize) -> None:
        url, folder = str(settings.yandex_monitoring_url), settings.yandex_monitoring_folder
        self._resource = settings.yandex_cdn_resource_id
        self._reader = MonitoringReader(url, folder, http, authorize)

    def day(self, day: date) -> CdnDay | None:
        """Query twelve series of a day. Raises SourceFailure."""
        start = datetime.combine(day, time(), BISHKEK).astimezone(UTC)
        rates = Window(start, start + timedelta(days=1), _GRID_SECONDS)
        requests = self._points("edge_requests", rates)
        if not requests:
            return None
        return CdnDay(
            requests=sum(requests) * _GRID_SECONDS,
            origin_requests=sum(self._points("origin_requests", rates)) * _GRID_SECONDS,
            bytes=sum(self._points("edge_bandwidth", rates)) * _GRID_SECONDS / 8,
            origin_bytes=sum(self._points("origin_bandwidth", rates)) * _GRID_SECONDS / 8,
            error_share=self._error_share("edge", rates),
            origin_error_share=self._error_share("origin", rates),
        )

    def _error_share(self, side: str, rates: Window) -> float | None:
        window = Window(rates.start, rates.end, rates.grid_seconds, "SUM")
        counts = {status: sum(self._points(f"{side}_status_{status}", window)) for status in _CLASSES}
        total = sum(counts.values())
        return counts["5xx"] / total if total else None

    def _points(self, metric: str, window: Window) -> Sequence[float]:
        """Return the points of all series of a metric of our resource."""
        query = f'"{metric}"{{service="cdn", resource_id="{self._resource}"}}'
        return [point for series in self._reader.read(query, window) for point in points_of(series)]
