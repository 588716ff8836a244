"""From rows of days to charts of the operations page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auto360.clock import utc_now
from auto360.runtime.pages.charts import Chart, bar_chart
from auto360.runtime.pages.figures import BISHKEK

_MOST_SERIES = 4


@dataclass(frozen=True)
class NamedChart:
    """A chart of one metric; `names` are its series, without a name where there is one alone."""

    metric: str
    picture: Chart
    names: Sequence[str]
    kind: str


def last_days(count: int, *, now: datetime | None = None) -> list[str]:
    """The last Bishkek days, today included, as ISO dates."""
    today = (now or utc_now()).astimezone(BISHKEK).date()
    return [(today - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]


def chart_by(rows: Iterable[Mapping[str, Any]], *, series: str, value: str, days: int) -> tuple[Chart, list[str]]:
    """A chart of rows {day, …} with a series for each value of a column, the largest first; the rest is one more."""
    sums: dict[str, dict[str, float]] = {}
    for row in rows:
        of_days = sums.setdefault(str(row[series]), {})
        of_days[row["day"]] = of_days.get(row["day"], 0) + float(row[value])
    names = sorted(sums, key=lambda name: -sum(sums[name].values()))
    if len(names) > _MOST_SERIES:
        rest: dict[str, float] = {}
        for name in names[_MOST_SERIES - 1 :]:
            for day, amount in sums[name].items():
                rest[day] = rest.get(day, 0) + amount
        names = [*names[: _MOST_SERIES - 1], "…"]
        sums["…"] = rest
    return bar_chart(last_days(days), [sums[name] for name in names] or [{}]), names


def metric_charts(figures: Iterable[Mapping[str, Any]], *, days: int) -> list[NamedChart]:
    """A chart for each metric: its total where there is one, else its parts on top of each other."""
    by_metric: dict[str, list[Mapping[str, Any]]] = {}
    for figure in figures:
        by_metric.setdefault(figure["metric"], []).append(figure)
    charts = []
    for metric, rows in by_metric.items():
        parts = [row for row in rows if row["dimension"]]
        picture, names = chart_by(parts or rows, series="dimension", value="value", days=days)
        shown = [name.partition(":")[2] or name for name in names] if parts else []
        charts.append(NamedChart(metric, picture, shown, "som" if _is_money(metric) else "number"))
    return charts


def _is_money(metric: str) -> bool:
    return metric.endswith("_tyiyn") or metric.startswith(("revenue", "sms_cost"))
