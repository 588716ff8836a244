"""Table of the benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.cold_start.candidates import Measurement

# Import to first response against the same endpoint of the baseline, in CPU time.
BUDGET, GOAL = 0.50, 0.33


@dataclass
class Row:
    """Function: the measurements of both sides, pair by pair."""

    name: str
    ours: list[Measurement] = field(default_factory=list)
    baseline: list[Measurement] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    """Requests to the database by side, counted in the warm-up round."""

    @property
    def ratio(self) -> float:
        """Median of the ratios of single pairs: a slow moment of the machine slows both halves of a pair."""
        return median(ours.total_ms / other.total_ms for ours, other in zip(self.ours, self.baseline, strict=True))

    @property
    def cpu_ratio(self) -> float:
        """Return the same for CPU time, which depends least on the machine's load."""
        return median(ours.cpu_ms / other.cpu_ms for ours, other in zip(self.ours, self.baseline, strict=True))

    @property
    def verdict(self) -> str:
        """Compare the ratio with the goal, then with the budget."""
        if self.cpu_ratio <= GOAL:
            return "met"
        return "not met, within a half" if self.cpu_ratio <= BUDGET else "NOT within a half"

    def cells(self) -> list[str]:
        """Return the row as text."""
        own, other = self.ours[-1], self.baseline[-1]
        return [
            self.name,
            times(self.ours),
            times(self.baseline),
            f"{self.ratio:.2f} ({self.cpu_ratio:.2f})",
            f"{own.round_trips} ({self.sent['ours']} sent) / {self.sent['baseline']} sent",
            f"{own.modules} / {other.modules}",
            self.verdict,
        ]


HEAD = [
    "function",
    "ours: import / first response / total",
    "baseline: the same",
    "ratio (CPU)",
    "round trips",
    "modules",
    f"goal {GOAL:.2f}",
]


def times(measured: Sequence[Measurement]) -> str:
    """Return the medians, in milliseconds."""
    parts = (
        median(one.import_ms for one in measured),
        median(one.response_ms for one in measured),
        median(one.total_ms for one in measured),
    )
    return " / ".join(f"{part:.0f}" for part in parts)


def render(rows: Sequence[Row]) -> str:
    """Return a table readable at a terminal and in Markdown."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)
