"""Charts of the operations page, from rows of days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auto360.admin.charts import Chart, bar_chart
from auto360.core.clock import utc_now
from auto360.core.timezone import BISHKEK

_MAX_SERIES = 4
_FUNNEL = ("funnel_code_requested", "funnel_code_used", "funnel_registered", "funnel_first_listing")
METRICS = (
    *("active_users_day", "active_users_month", "registrations", "listings_created", "listings_sold", "video_uploads"),
    *("chat_messages", "sms_sent", "sms_cost_tyiyn", "payments_completed", "revenue_tyiyn", "refunds_tyiyn"),
    *_FUNNEL,
)
"""Charts of the page, in order."""


@dataclass(frozen=True)
class NamedChart:
    """Chart of a metric; `names` labels its series, empty where there is one alone."""

    metric: str
    picture: Chart
    names: Sequence[str]
    kind: str


def last_days(count: int, *, now: datetime | None = None) -> list[str]:
    """Return the last Bishkek days, today included, as ISO dates."""
    today = (now or utc_now()).astimezone(BISHKEK).date()
    return [(today - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]


def chart_by(rows: Iterable[Mapping[str, Any]], *, series: str, value: str, days: int) -> tuple[Chart, list[str]]:
    """Chart rows {day, …} with a series for each value of a column, the largest first; the rest is one more series."""
    sums: dict[str, dict[str, float]] = {}
    for row in rows:
        of_days = sums.setdefault(str(row[series]), {})
        of_days[row["day"]] = of_days.get(row["day"], 0) + float(row[value])
    names = sorted(sums, key=lambda name: -sum(sums[name].values()))
    if len(names) > _MAX_SERIES:
        rest: dict[str, float] = {}
        for name in names[_MAX_SERIES - 1 :]:
            for day, amount in sums[name].items():
                rest[day] = rest.get(day, 0) + amount
        names = [*names[: _MAX_SERIES - 1], "…"]
        sums["…"] = rest
    return bar_chart(last_days(days), [sums[name] for name in names] or [{}]), names


def metric_charts(metrics: Iterable[Mapping[str, Any]], *, days: int) -> list[NamedChart]:
    """Chart each metric, its parts stacked; the steps of the funnel stand side by side."""
    by_metric: dict[str, list[Mapping[str, Any]]] = {}
    for metric in metrics:
        by_metric.setdefault(metric["metric"], []).append(metric)
    charts = [
        _metric_chart(metric, by_metric[metric], days) for metric in METRICS[: -len(_FUNNEL)] if metric in by_metric
    ]
    steps = [{row["day"]: row["value"] for row in by_metric.get(step, ())} for step in _FUNNEL]
    if any(steps):
        charts.append(NamedChart("funnel", bar_chart(last_days(days), steps, is_stacked=False), _FUNNEL, "number"))
    return charts


def _metric_chart(metric: str, rows: Sequence[Mapping[str, Any]], days: int) -> NamedChart:
    parts = [row for row in rows if row["dimension"]]
    picture, names = chart_by(parts or rows, series="dimension", value="value", days=days)
    return NamedChart(metric, picture, names if parts else (), "som" if metric.endswith("_tyiyn") else "number")
