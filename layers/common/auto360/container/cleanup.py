"""Wiring of the cleanup and daily-metrics timers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from auto360.domains.analytics.daily import DailyMetrics
    from auto360.domains.cleanup.cleanup import Cleanup


@cache
def cleanup() -> Cleanup:
    from auto360.container.storage import image_links
    from auto360.domains.cleanup.cleanup import Cleanup

    return Cleanup(database(), image_links())


@cache
def daily_metrics() -> DailyMetrics:
    """Build the series for staff."""
    from auto360.domains.analytics.daily import DailyMetrics

    return DailyMetrics(database(), utc_now)


@cache
def metrics_job() -> DailyMetrics:
    """Build the timer that counts, with the CDN's metrics where there is a CDN."""
    from auto360.container.monitoring import cdn_traffic
    from auto360.domains.analytics.daily import DailyMetrics

    return DailyMetrics(database(), utc_now, cdn_traffic())
