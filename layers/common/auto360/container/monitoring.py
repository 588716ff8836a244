"""Wiring of monitoring: health checks of configured dependencies, the monitor with its sources and channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from auto360.container.data import database, provider_http
from auto360.container.rate_limit import redis_line
from auto360.container.sms import deliver_sms, providers
from auto360.core.clock import utc_now
from auto360.core.settings import EnvSettings

if TYPE_CHECKING:
    from auto360.domains.monitoring.alerts import Alerts
    from auto360.domains.monitoring.database_outage import DatabaseDown
    from auto360.domains.monitoring.health import DeepCheck
    from auto360.domains.monitoring.monitor import Monitor
    from auto360.domains.monitoring.recipients import AlertSettings
    from auto360.providers.alert_channels import AlertChannel
    from auto360.providers.metrics import CdnTraffic, MetricSource

_PROVIDER_SECONDS = 3.0


class MetricSettings(EnvSettings):
    """`METRIC_SOURCE`: monitoring service of the API gateway.

    Without one, error rate and response time are not judged.
    """

    metric_source: Literal["", "yandex", "cloudwatch"] = ""


@cache
def deep_check() -> DeepCheck:
    """Build the dependency check behind the staff key."""
    from auto360.domains.monitoring.health import DeepCheck, DeepCheckSettings

    return DeepCheck(DeepCheckSettings.load().staff_key.get_secret_value(), dependency_checks())


@cache
def dependency_checks() -> dict[str, Callable[[], object]]:
    """Return checks of the database, Redis where set, and SMS providers."""
    checks: dict[str, Callable[[], object]] = {"database": partial(database().call, "health_check", {})}
    redis = redis_line()
    if redis is not None:
        checks["redis"] = partial(redis.run, ("PING",))
    for provider in providers():
        checks[f"sms_{provider.name}"] = partial(provider.account, timeout=_PROVIDER_SECONDS)
    return checks


@cache
def alerts() -> Alerts:
    from auto360.domains.monitoring.alerts import Alerts

    return Alerts(database())


@cache
def monitor() -> Monitor:
    """Build the timer that measures, evaluates and notifies."""
    from auto360.domains.monitoring.message_format import Wording
    from auto360.domains.monitoring.monitor import Monitor
    from auto360.domains.monitoring.recipients import AlertSettings

    settings = AlertSettings.load()
    return Monitor(
        database(),
        metric_sources(),
        _channels(settings),
        settings.recipients,
        Wording(settings.alert_language, settings.runbook_url),
        _database_down(settings.phones),
    )


def _database_down(phones: Sequence[str]) -> DatabaseDown:
    from auto360.domains.monitoring.database_outage import DatabaseDown

    return DatabaseDown(database(), phones, providers(), deliver_sms, utc_now)


def metric_sources() -> Sequence[MetricSource]:
    """Return sources for the database, its host and the gateway, where configured."""
    from auto360.providers.metrics.postgres import DatabaseMetrics, DatabaseMetricSettings
    from auto360.providers.metrics.supabase import SupabaseHost, SupabaseMetricSettings

    host = SupabaseMetricSettings.load()
    has_host = bool(host.supabase_metrics_url)
    sources: list[MetricSource] = [DatabaseMetrics(DatabaseMetricSettings.load(), database(), disk_is_told=has_host)]
    if has_host:
        sources.append(SupabaseHost(host, provider_http()))
    match MetricSettings.load().metric_source:
        case "yandex":
            sources.append(_yandex_monitoring())
        case "cloudwatch":
            sources.append(_cloudwatch())
    return sources


def cdn_traffic() -> CdnTraffic | None:
    """Return the source of the CDN's metrics, where there is a CDN."""
    from auto360.providers.metrics.yandex_cdn import YandexCdnTraffic, YandexCdnTrafficSettings

    settings = YandexCdnTrafficSettings.load()
    if not settings.is_used:
        return None
    return YandexCdnTraffic(settings, provider_http(), authorize=_yandex_key(settings.yandex_monitoring_api_key))


def _yandex_key(key: SecretStr | None) -> Callable[[], str]:
    """Return the authorization by an API key, else by the token of the function's service account."""
    from auto360.providers.metrics.yandex_token import ServiceAccountToken

    return (lambda: f"Api-Key {key.get_secret_value()}") if key else ServiceAccountToken(provider_http())


def _yandex_monitoring() -> MetricSource:
    from auto360.providers.metrics.yandex import YandexMonitoring, YandexMonitoringSettings

    settings = YandexMonitoringSettings.load()
    authorize = _yandex_key(settings.yandex_monitoring_api_key)
    return YandexMonitoring(settings, provider_http(), authorize=authorize, now=utc_now)


def _cloudwatch() -> MetricSource:
    from auto360.providers.metrics.cloudwatch import CloudWatch, CloudWatchSettings, cloudwatch_client

    return CloudWatch(CloudWatchSettings.load(), cloudwatch_client(), now=utc_now)


def _channels(settings: AlertSettings) -> Mapping[str, AlertChannel]:
    """Return only channels that have recipients; the others need no settings."""
    from auto360.domains.monitoring.sms_channel import SmsChannel

    channels: dict[str, AlertChannel] = {"sms": SmsChannel(database(), deliver_sms)}
    if settings.recipients["email"]:
        from auto360.container.emails import mail_provider
        from auto360.domains.monitoring.mail_channel import MailChannel

        channels["email"] = MailChannel(mail_provider())
    if settings.recipients["webhook"]:
        from auto360.providers.alert_channels.webhook import SignedWebhook, WebhookSettings

        url = settings.alert_webhook_url.get_secret_value()
        channels["webhook"] = SignedWebhook(WebhookSettings.load(), url, provider_http(), now=utc_now)
    return channels
