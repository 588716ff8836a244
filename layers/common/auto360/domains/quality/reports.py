"""Playback for staff: days by provider, drops, the CDN, and the comparison of providers."""

from dataclasses import dataclass

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.domains.quality.comparison import Comparison, compare, strata_of
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.quality_reports import quality_report


@dataclass(frozen=True)
class PlaybackReport:
    """Rows of days, drops by reason, days of the CDN; the comparison always covers two weeks."""

    days: list[Row]
    drops: dict[str, int]
    cdn: list[Row]
    comparison: Comparison


@dataclass(frozen=True)
class PlaybackReports:
    """Reads reports. SQL checks the role in the same call."""

    database: Database

    def read(self, staff_member: Principal, *, days: int) -> PlaybackReport:
        """Return the last days, today's unfinished one included. Raises Forbidden."""
        found = accepted(quality_report(self.database, operator_id=staff_member.user_id, days=days))
        comparison = compare(strata_of(found["strata"]))
        return PlaybackReport(found["days"], found["drops"], found["cdn"], comparison)
