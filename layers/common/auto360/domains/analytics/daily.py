"""Daily metrics: counting, sums of playback, days of the CDN, and series for staff. Days are those of Bishkek."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from auto360.core.clock import Clock
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.timezone import BISHKEK
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.analytics import metrics_record, metrics_record_funnel, metrics_series
from auto360.providers.database.functions.quality_reports import cdn_day_record, cdn_days_missing, quality_fold
from auto360.providers.database.lease import lease
from auto360.providers.metrics import CdnTraffic

# Late rows still belong to their day; a first listing belongs to the day of its seller's registration, for a week.
_COUNTED_DAYS, _FUNNEL_DAYS = 2, 8
# Older gaps stay empty.
_CDN_DAYS = 30


@dataclass(frozen=True)
class DailyMetrics:
    """Daily metrics and their dependencies."""

    database: Database
    now: Clock
    cdn: CdnTraffic | None = None

    def record(self) -> dict[str, int]:
        """Count two days, the funnel of a week, playback and the CDN: {days, changed, folded, cdn_days}.

        Returns {skipped} while another run holds the lease. Raises SourceFailure where the CDN's metrics cannot be
        read, after everything else is counted; later runs fill the days that are missing.
        """
        with lease(self.database, "daily_metrics", seconds=280) as held:
            return self._record() if held else {"skipped": 1}

    def _record(self) -> dict[str, int]:
        days = list(self._past_days(_FUNNEL_DAYS))
        changed = 0
        for place, day in enumerate(days):
            count = metrics_record if place < _COUNTED_DAYS else metrics_record_funnel
            changed += count(self.database, day=day.isoformat())
        counts = {"days": len(days), "changed": changed, "folded": quality_fold(self.database)}
        return counts | {"cdn_days": self._record_cdn()}

    def _record_cdn(self) -> int:
        """Write the CDN's metrics of every requested day; returns the number of days with metrics."""
        recorded = 0
        for day in cdn_days_missing(self.database, days=_CDN_DAYS) if self.cdn else ():
            found = self.cdn.day(date.fromisoformat(day)) if self.cdn else None
            if found is not None:
                cdn_day_record(self.database, day=day, metrics=asdict(found))
                recorded += 1
        return recorded

    def _past_days(self, count: int) -> Sequence[date]:
        today = self.now().astimezone(BISHKEK).date()
        return [today - timedelta(days=age) for age in range(1, count + 1)]

    def series(self, staff_member: Principal, metrics: Sequence[str], *, days: int) -> list[Row]:
        """Return rows {metric, dimension, day, value}, by metric and day. Raises Forbidden."""
        answer = metrics_series(self.database, operator_id=staff_member.user_id, metrics=list(metrics), days=days)
        rows: list[Row] = accepted(answer)["series"]
        return rows
