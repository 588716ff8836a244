"""Metrics of a hosted Supabase project's database machine, from its Prometheus endpoint."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import httpx
from pydantic import SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.metrics import Sample, SourceFailure
from auto360.providers.transport import at_most
from auto360.providers.transport.bodies import AnswerTooLarge

_TIMEOUT_SECONDS = 8.0
_MAX_REPLY_BYTES = 5_000_000
_DATA_DISK = "/data"
DISK, MEMORY, CPU = "disk_usage", "memory_usage", "cpu_load"


class SupabaseMetricSettings(EnvSettings):
    """`SUPABASE_METRICS_URL`: `<project>/customer/v1/privileged/metrics`; the service key opens it."""

    supabase_metrics_url: str = ""
    supabase_service_role_key: SecretStr


class SupabaseHost:
    """`MetricSource` over the endpoint: disk and memory in percent, load per processor in percent."""

    name = "supabase_host"
    metrics: Sequence[str] = (DISK, MEMORY, CPU)

    def __init__(self, settings: SupabaseMetricSettings, http: httpx.Client) -> None:
        self._settings, self._http = settings, http

    def read(self) -> Sequence[Sample]:
        """Query once. Raises SourceFailure."""
        samples = _samples(self._query())
        disk = (samples["node_filesystem_avail_bytes", _DATA_DISK], samples["node_filesystem_size_bytes", _DATA_DISK])
        memory = (samples["node_memory_MemAvailable_bytes", ""], samples["node_memory_MemTotal_bytes", ""])
        processors = samples["processors", ""]
        busy = _percent(samples["node_load5", ""] / processors) if processors else None
        return [Sample(DISK, _used(*disk)), Sample(MEMORY, _used(*memory)), Sample(CPU, busy)]

    def _query(self) -> str:
        key = self._settings.supabase_service_role_key.get_secret_value()
        url, terms = self._settings.supabase_metrics_url, at_most(_MAX_REPLY_BYTES)
        try:
            reply = self._http.get(url, auth=("service_role", key), timeout=_TIMEOUT_SECONDS, extensions=terms)
        except AnswerTooLarge as error:
            raise SourceFailure("endless_reply") from error
        except httpx.HTTPError as error:
            raise SourceFailure("no_reply") from error
        if reply.status_code != httpx.codes.OK:
            raise SourceFailure(f"http_{reply.status_code}")
        return reply.content.decode("utf-8", "replace")


def _samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and mount point; `processors` counts those with an idle time. Missing values are 0."""
    from prometheus_client.parser import text_string_to_metric_families

    found: dict[tuple[str, str], float] = defaultdict(float)
    try:
        families: Iterable[object] = list(text_string_to_metric_families(text))
        for family in families:
            for sample in family.samples:  # type: ignore[attr-defined]
                found[sample.name, sample.labels.get("mountpoint", "")] = sample.value
                is_idle = sample.name == "node_cpu_seconds_total" and sample.labels.get("mode") == "idle"
                found["processors", ""] += is_idle
    except Exception as error:
        # The library raises many kinds of errors.
        raise SourceFailure("unreadable") from error
    return found


def _used(available: float, size: float) -> float | None:
    return _percent(1 - available / size) if size else None


def _percent(share: float) -> float | None:
    """Return a share in percent; None for infinities."""
    return round(100 * share, 1) if math.isfinite(share) else None
