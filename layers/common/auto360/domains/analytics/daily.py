"""Daily metrics: counting, and series for staff. Days are those of Bishkek."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from auto360.core.clock import Clock
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.timezone import BISHKEK
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.analytics import metrics_record, metrics_record_funnel, metrics_series
from auto360.providers.database.lease import lease

# Late rows still belong to their day; a first listing belongs to the day on which its seller came, for a week.
_COUNTED_DAYS, _FUNNEL_DAYS = 2, 8


@dataclass(frozen=True)
class DailyMetrics:
    """Daily metrics and their dependencies."""

    database: Database
    now: Clock

    def record(self) -> dict[str, int]:
        """Count two days, and the funnel of a week: {days, changed}; {skipped} while another run holds the lease."""
        with lease(self.database, "daily_metrics", seconds=280) as held:
            return self._record() if held else {"skipped": 1}

    def _record(self) -> dict[str, int]:
        days = list(self._past_days(_FUNNEL_DAYS))
        changed = 0
        for place, day in enumerate(days):
            count = metrics_record if place < _COUNTED_DAYS else metrics_record_funnel
            changed += count(self.database, day=day.isoformat())
        return {"days": len(days), "changed": changed}

    def _past_days(self, count: int) -> Sequence[date]:
        today = self.now().astimezone(BISHKEK).date()
        return [today - timedelta(days=age) for age in range(1, count + 1)]

    def series(self, staff_member: Principal, metrics: Sequence[str], *, days: int) -> list[Row]:
        """Return rows {metric, dimension, day, value}, by metric and day. Raises Forbidden."""
        answer = metrics_series(self.database, operator_id=staff_member.user_id, metrics=list(metrics), days=days)
        rows: list[Row] = accepted(answer)["series"]
        return rows
