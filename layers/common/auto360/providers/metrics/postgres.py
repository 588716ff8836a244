"""Metrics of the database: of the server, and from our own tables."""

from collections.abc import Sequence

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.providers.database import Database
from auto360.providers.database.functions.monitoring_metrics import monitoring_metrics
from auto360.providers.metrics import Sample


class DatabaseMetricSettings(EnvSettings):
    """`DATABASE_DISK_GB`: size of the database's disk in gigabytes (10^9 bytes), if no other source reports its use."""

    database_disk_gb: float = Field(8.0, gt=0)


class DatabaseMetrics:
    """`MetricSource` over SQL function `monitoring_metrics`."""

    name = "database"
    metrics: Sequence[str] = (
        "database_connections", "longest_query", "longest_lock_wait", "disk_usage",
        "sms_failure_rate", "sms_delivery_rate", "supplier_balance", "supplier_silent", "sms_spend", "code_conversion",
        "backup_age_database", "backup_age_weekly", "backup_age_storage", "backup_failures",
        "video_copy_gap", "copy_check_age", "drill_age", "payments_stuck", "migration_stalled", "job_failing",
        "unsent_messages", "picture_waiting", "search_arrival_age",
        "registrations_surge", "reports_surge", "high_value_listings",
        "video_start_failures", "video_start_p95", "cdn_hit_ratio", "cdn_errors",
        "push_queue_age", "push_credentials", "push_dead_share", "push_refused",
        "email_bounce_share", "email_complaint_share", "email_queue_age",
    )  # fmt: skip

    def __init__(self, settings: DatabaseMetricSettings, database: Database, *, disk_is_told: bool = False) -> None:
        self._disk_bytes = None if disk_is_told else int(settings.database_disk_gb * 1e9)
        if disk_is_told:
            self.metrics = [metric for metric in self.metrics if metric != "disk_usage"]
        self._database = database

    def read(self) -> Sequence[Sample]:
        """Query once. Raises DatabaseUnavailable: without the database no rule can be evaluated either."""
        metrics = monitoring_metrics(self._database, disk_bytes=self._disk_bytes)
        return [Sample(row["metric"], float(row["value"]), row["subject"], row["weak"]) for row in metrics]
