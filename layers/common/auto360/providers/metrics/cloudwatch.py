"""Metrics of the API gateway from Amazon CloudWatch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.providers.metrics import Sample, SourceFailure
from auto360.providers.metrics.traffic import ERROR_RATE, RESPONSE_TIME, WINDOW_SECONDS, traffic_readings

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CONNECT_SECONDS = 3.0
_CALL_SECONDS = 6.0


class CloudWatchSettings(EnvSettings):
    """`CLOUDWATCH_API_NAME`: the API to watch. The region is that of the function."""

    cloudwatch_api_name: str = Field(min_length=1)


def cloudwatch_client() -> BaseClient:
    """Make the client of the library, with a time-out for every try."""
    from botocore.config import Config

    from auto360.providers.transport.aws import bound, new_session

    client: BaseClient = new_session().client(
        "cloudwatch", config=Config(retries={"mode": "standard", "total_max_attempts": 2})
    )
    bound(client, connect=_CONNECT_SECONDS, read=_CALL_SECONDS)
    return client


class CloudWatch:
    """`MetricSource` over CloudWatch."""

    name = "cloudwatch"
    metrics: Sequence[str] = (ERROR_RATE, RESPONSE_TIME)

    def __init__(self, settings: CloudWatchSettings, client: BaseClient, *, now: Clock) -> None:
        self._settings, self._client, self._now = settings, client, now

    def read(self) -> Sequence[Sample]:
        """Query the last three minutes. Raises SourceFailure."""
        from botocore.exceptions import BotoCoreError, ClientError

        end = self._now()
        queries = [self._query("requests", "Count", "Sum"), self._query("failures", "5XXError", "Sum")]
        queries.append(self._query("slow", "Latency", "p95"))
        try:
            reply: dict[str, Any] = self._client.get_metric_data(
                MetricDataQueries=queries, StartTime=end - timedelta(seconds=WINDOW_SECONDS), EndTime=end
            )
        except (BotoCoreError, ClientError) as error:
            raise SourceFailure("no_reply") from error
        values = {result.get("Id"): result.get("Values") or [] for result in reply.get("MetricDataResults") or ()}
        slow = values.get("slow") or []
        return traffic_readings(
            requests=sum(values.get("requests") or ()),
            failures=sum(values.get("failures") or ()),
            slow_seconds=max(slow) / 1000 if slow else None,
        )

    def _query(self, name: str, metric: str, statistic: str) -> dict[str, Any]:
        dimensions = [{"Name": "ApiName", "Value": self._settings.cloudwatch_api_name}]
        return {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": dimensions},
                "Period": 60,
                "Stat": statistic,
            },
        }
