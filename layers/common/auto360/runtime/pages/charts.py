"""Charts as figures for an inline SVG: bars over days, one or several stacked series. The template only draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640.0, 200.0, 56.0, 24.0, 8.0
_STEPS = (1, 2, 5, 10)
_MOST_LABELS = 8


@dataclass(frozen=True)
class Bar:
    """A rectangle. `series` is the number of its colour."""

    x: float
    y: float
    width: float
    height: float
    series: int
    day: str
    value: Decimal


@dataclass(frozen=True)
class Line:
    """A line of the grid with its value."""

    y: float
    value: Decimal


@dataclass(frozen=True)
class Label:
    """A day under the bars."""

    x: float
    day: str


@dataclass(frozen=True)
class Chart:
    """A picture in its own units."""

    width: float
    height: float
    left: float
    floor: float
    bars: Sequence[Bar]
    lines: Sequence[Line]
    labels: Sequence[Label]
    total: Decimal


def bar_chart(days: Sequence[str], series: Sequence[Mapping[str, Any]]) -> Chart:
    """Bars for each day (ISO date); a series is {day: value}, later ones stand on earlier ones. Absent days are 0."""
    values = [[Decimal(str(one.get(day, 0))) for one in series] for day in days]
    step = _step(max((sum(column, Decimal()) for column in values), default=Decimal()))
    top = step * 4
    floor = _HEIGHT - _BOTTOM
    scale = (floor - _TOP) / float(top)
    slot = (_WIDTH - _LEFT) / max(1, len(days))
    bars = []
    for place, column in enumerate(values):
        y = floor
        for number, value in enumerate(column):
            height = float(value) * scale
            y -= height
            if value:
                x = _LEFT + place * slot + slot * 0.12
                bars.append(
                    Bar(round(x, 1), round(y, 1), round(slot * 0.76, 1), round(height, 1), number, days[place], value)
                )
    every = -(-len(days) // _MOST_LABELS) if days else 1
    labels = [
        Label(round(_LEFT + (place + 0.5) * slot, 1), day) for place, day in enumerate(days) if place % every == 0
    ]
    lines = [Line(round(floor - float(step * count) * scale, 1), step * count) for count in range(5)]
    total = sum((sum(column, Decimal()) for column in values), Decimal())
    return Chart(_WIDTH, _HEIGHT, _LEFT, floor, bars, lines, labels, total)


def _step(most: Decimal) -> Decimal:
    """The distance of the grid's lines: 1, 2 or 5 with zeros, so that four of them reach the highest bar."""
    unit = Decimal(1)
    while True:
        for step in _STEPS:
            if unit * step * 4 >= most:
                return unit * step
        unit *= 10
