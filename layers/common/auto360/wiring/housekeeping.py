"""The timers that keep house: cleaning up, and counting the day."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.clock import utc_now
from auto360.wiring.data import database

if TYPE_CHECKING:
    from auto360.figures.daily import DailyFigures
    from auto360.housekeeping.cleanup import Cleanup


@cache
def cleanup() -> Cleanup:
    """Removes what has served its purpose."""
    from auto360.housekeeping.cleanup import Cleanup
    from auto360.wiring.storage import image_links

    return Cleanup(database(), image_links())


@cache
def daily_figures() -> DailyFigures:
    """Counts days."""
    from auto360.figures.daily import DailyFigures

    return DailyFigures(database(), utc_now)
