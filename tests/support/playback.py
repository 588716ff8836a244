"""Counting of playback reports, as the timer does it."""

from __future__ import annotations

from tests.support.database import Database
from tests.support.rows import rows


def count_reports(database: Database, max_views: int = 10_000) -> None:
    """Count every batch that waits."""
    while rows(database, "select quality_count(5000, %s)", max_views) != [(0,)]:
        pass
