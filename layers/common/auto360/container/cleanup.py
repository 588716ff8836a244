"""The timers that keep house: cleaning up, and counting the day."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from auto360.domains.analytics.daily import DailyFigures
    from auto360.domains.cleanup.cleanup import Cleanup


@cache
def cleanup() -> Cleanup:
    """Removes what has served its purpose."""
    from auto360.container.storage import image_links
    from auto360.domains.cleanup.cleanup import Cleanup

    return Cleanup(database(), image_links())


@cache
def daily_figures() -> DailyFigures:
    """Counts days."""
    from auto360.domains.analytics.daily import DailyFigures

    return DailyFigures(database(), utc_now)
