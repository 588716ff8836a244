"""Charts of playback: one series per provider, side by side, over days."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auto360.admin.charts import bar_chart
from auto360.admin.operations_charts import NamedChart, last_days

_PROVIDERS = ("api_video", "yandex", "replica")
_SHARES = ("failures", "bad_views", "stalls")
_WHOLE = 100
"""Percent."""
Value = Callable[[Mapping[str, Any]], float | None]


def _share(part: str, whole: str) -> Value:
    return lambda row: 100 * row[part] / row[whole] if row[whole] else None


_CHARTS: Mapping[str, Value] = {
    "start_p50": lambda row: row["start_p50"],
    "start_p95": lambda row: row["start_p95"],
    "failures": _share("failures", "attempts"),
    "bad_views": _share("bad_views", "attempts"),
    "stalls": lambda row: None if row["stall_share"] is None else 100 * row["stall_share"],
    "attempts": lambda row: row["attempts"],
}


def playback_charts(rows: Sequence[Mapping[str, Any]], *, days: int) -> list[NamedChart]:
    """Chart start times in milliseconds, shares in percent, and attempts; a provider without views has no series."""
    providers = [name for name in _PROVIDERS if any(row["provider"] == name for row in rows)]
    if not providers:
        return []
    return [
        NamedChart(name, _chart(rows, value, providers, days, _WHOLE if name in _SHARES else None), providers, "number")
        for name, value in _CHARTS.items()
    ]


def _chart(
    rows: Sequence[Mapping[str, Any]], value: Value, providers: Sequence[str], days: int, limit: int | None
) -> Any:
    series = [
        {row["day"]: found for row in rows if row["provider"] == name and (found := value(row)) is not None}
        for name in providers
    ]
    return bar_chart(last_days(days), series, is_stacked=False, limit=limit)
