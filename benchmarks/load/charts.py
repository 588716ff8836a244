"""Line and area charts as SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT = 860, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 16, 44
COLOURS = ("#1769aa", "#d1495b", "#2e933c", "#edae49", "#6a4c93", "#00798c", "#8d6a4f", "#555555")

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """Named line; an area chart stacks the series in their order."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Axis:
    """Range and title of an axis."""

    title: str
    low: float
    high: float
    is_log: bool = False

    def place(self, value: float) -> float:
        """Return the place of a value on the axis, from 0 to 1."""
        low, high, value = self.low, self.high, min(max(value, self.low), self.high)
        if self.is_log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return (value - low) / (high - low) if high > low else 0.0

    def ticks(self) -> list[float]:
        """Return round values to label."""
        if self.is_log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            marks = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
            return [mark for mark in marks if self.low <= mark <= self.high]
        step = _round_step((self.high - self.low) / 5)
        first = math.ceil(self.low / step)
        return [number * step for number in range(first, math.floor(self.high / step + 1e-9) + 1)]


def line_chart(series: Sequence[Series], x: Axis, y: Axis, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Return lines with a legend; marks are vertical lines with a text."""
    shapes = [_mark(x, at, text) for at, text in marks]
    for colour, line in zip(COLOURS, series, strict=False):
        points = " ".join(f"{_x(x, px):.1f},{_y(y, py):.1f}" for px, py in line.points)
        shapes.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(line.points) < 30:
            shapes += [
                f'<circle cx="{_x(x, px):.1f}" cy="{_y(y, py):.1f}" r="3" fill="{colour}"/>' for px, py in line.points
            ]
    return _frame(shapes, series, x, y)


def area_chart(series: Sequence[Series], x: Axis, y: Axis, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Return areas stacked on one another; all series share their x."""
    shapes: list[str] = []
    below = [0.0] * (len(series[0].points) if series else 0)
    for colour, line in zip(COLOURS, series, strict=False):
        above = [base + value for base, (_, value) in zip(below, line.points, strict=True)]
        xs = [at for at, _ in line.points]
        outline = [*zip(xs, above, strict=True), *reversed(list(zip(xs, below, strict=True)))]
        points = " ".join(f"{_x(x, px):.1f},{_y(y, py):.1f}" for px, py in outline)
        shapes.append(f'<polygon points="{points}" fill="{colour}" fill-opacity="0.8"/>')
        below = above
    return _frame([*shapes, *(_mark(x, at, text) for at, text in marks)], series, x, y)


def _x(axis: Axis, value: float) -> float:
    return _LEFT + axis.place(value) * (_WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - axis.place(value) * (_HEIGHT - _TOP - _BOTTOM)


def _mark(x: Axis, at: float, text: str) -> str:
    place = _x(x, at)
    return (
        f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#aaa"/>'
        f'<text x="{place + 3:.1f}" y="{_TOP + 10}" class="mark">{html.escape(text)}</text>'
    )


def _frame(shapes: Sequence[str], series: Sequence[Series], x: Axis, y: Axis) -> str:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(y.title)}">']
    for tick in y.ticks():
        place = _y(y, tick)
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{place:.1f}" y2="{place:.1f}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{place + 4:.1f}" text-anchor="end">{_number(tick)}</text>')
    parts += [
        f'<text x="{_x(x, tick):.1f}" y="{bottom + 16}" text-anchor="middle">{_number(tick)}</text>'
        for tick in x.ticks()
    ]
    parts += shapes
    parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}" stroke="#333"/>')
    middle, height = (_LEFT + right) / 2, (_TOP + bottom) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{html.escape(x.title)}</text>')
    turn = f'transform="rotate(-90 14 {height})"'
    parts.append(f'<text x="14" y="{height}" text-anchor="middle" {turn}>{html.escape(y.title)}</text>')
    for number, (colour, line) in enumerate(zip(COLOURS, series, strict=False)):
        place = _TOP + 12 + number * 20
        parts.append(f'<rect x="{right + 12}" y="{place - 9}" width="11" height="11" fill="{colour}"/>')
        parts.append(f'<text x="{right + 28}" y="{place + 1}">{html.escape(line.name)}</text>')
    return "".join([*parts, "</svg>"])


def _round_step(step: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(step)) if step > 0 else 1.0
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"
