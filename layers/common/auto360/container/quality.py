"""Wiring of playback quality."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.domains.quality.counting import PlaybackCounter
    from auto360.domains.quality.intake import Intake
    from auto360.domains.quality.reports import PlaybackReports


@cache
def intake() -> Intake:
    from auto360.domains.quality.intake import Intake, QualitySettings

    return Intake(database(), QualitySettings.load())


@cache
def counter() -> PlaybackCounter:
    from auto360.domains.quality.counting import PlaybackCounter
    from auto360.domains.quality.intake import QualitySettings

    return PlaybackCounter(database(), QualitySettings.load().quality_views_per_address)


@cache
def reports() -> PlaybackReports:
    from auto360.domains.quality.reports import PlaybackReports

    return PlaybackReports(database())
