"""Chart geometry for inline SVG: bars over days, one or several stacked series. Templates only draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640.0, 230.0, 86.0, 36.0, 16.0
_STEPS = (1, 2, 5, 10)
_MAX_LABELS = 6


@dataclass(frozen=True)
class Bar:
    """Rectangle; `series` is the number of its colour."""

    x: float
    y: float
    width: float
    height: float
    series: int
    day: str
    value: Decimal


@dataclass(frozen=True)
class GridLine:
    """Grid line with its value."""

    y: float
    value: Decimal


@dataclass(frozen=True)
class Label:
    """Day label under the bars."""

    x: float
    day: str


@dataclass(frozen=True)
class Chart:
    """Chart in its own units."""

    width: float
    height: float
    left: float
    floor: float
    bars: Sequence[Bar]
    lines: Sequence[GridLine]
    labels: Sequence[Label]
    total: Decimal


def bar_chart(
    days: Sequence[str], series: Sequence[Mapping[str, Any]], *, is_stacked: bool = True, limit: int | None = None
) -> Chart:
    """Lay out bars for each day (ISO date); a series is {day: value}, absent days are 0.

    Later series stand on earlier ones, or beside them. The axis ends at the limit unless a bar exceeds it.
    """
    values = [[Decimal(str(one.get(day, 0))) for one in series] for day in days]
    heights = [sum(column, Decimal()) if is_stacked else max(column, default=Decimal()) for column in values]
    largest = max(heights, default=Decimal())
    step = _step(largest)
    if limit is not None and largest <= limit:
        step = min(step, Decimal(limit) / 4)
    floor = _HEIGHT - _BOTTOM
    scale = (floor - _TOP) / float(step * 4)
    slot = (_WIDTH - _LEFT) / max(1, len(days))
    bars: list[Bar] = []
    for place, column in enumerate(values):
        left = _LEFT + place * slot + slot * 0.12
        bars += _column(days[place], column, left=left, width=slot * 0.76, scale=scale, is_stacked=is_stacked)
    every = -(-len(days) // _MAX_LABELS) if days else 1
    labels = [Label(round(_LEFT + (place + 0.5) * slot, 1), days[place]) for place in range(0, len(days), every)]
    lines = [GridLine(round(floor - float(step * count) * scale, 1), step * count) for count in range(5)]
    total = sum((value for column in values for value in column), Decimal())
    return Chart(_WIDTH, _HEIGHT, _LEFT, floor, bars, lines, labels, total)


def _column(
    day: str, column: Sequence[Decimal], *, left: float, width: float, scale: float, is_stacked: bool
) -> Iterator[Bar]:
    """Lay out the bars of one day."""
    y, part = _HEIGHT - _BOTTOM, width if is_stacked else width / max(1, len(column))
    for number, value in enumerate(column):
        height = float(value) * scale
        top = y - height
        x = left if is_stacked else left + number * part
        if value:
            yield Bar(round(x, 1), round(top, 1), round(part, 1), round(height, 1), number, day, value)
        y = top if is_stacked else y


def _step(largest: Decimal) -> Decimal:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten, so that four of them reach the highest bar."""
    unit = Decimal(1)
    while True:
        for step in _STEPS:
            if unit * step * 4 >= largest:
                return unit * step
        unit *= 10
