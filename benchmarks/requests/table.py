"""Table of the benchmark: ours by part, beside the old backend, the goal and the plain twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.requests.sides import Cost
from benchmarks.requests.steps import Step

HEAD = [
    "request",
    "function",
    "PostgREST",
    "Postgres",
    "Redis",
    "sum",
    "slow",
    "quiet",
    "old",
    "ratio",
    "goal",
    "",
    "twin",
]
Costs = Mapping[tuple[str, str], Sequence[Cost]]


def render(steps: Sequence[Step], costs: Costs, known: Mapping[str, Mapping[str, float]]) -> str:
    """Return a table readable at a terminal and in Markdown."""
    lines = [HEAD]
    for step in steps:
        ours, told = costs["ours", step.name], known.get(step.name, {})
        lines.append(
            [*_ours(step.name, ours), *_against(_quiet(ours), told), _twin(costs.get(("twin", step.name), ()))]
        )
    if all(("ours", name) in costs for name in ("request_code", "verify_code")):
        both = _quiet(costs["ours", "request_code"]) + _quiet(costs["ours", "verify_code"])
        old = known["request_code"]["old"] + known["verify_code"]["old"]
        lines.append(
            ["one login", "", "", "", "", "", "", f"{both:.2f}", *_against(both, {"old": old, "goal": old * 0.75}), ""]
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |" for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def _ours(name: str, costs: Sequence[Cost]) -> list[str]:
    parts = [median(cost.parts[part] for cost in costs) for part in ("PostgREST", "Postgres", "Redis")]
    slowness = median(cost.slowness for cost in costs)
    values = (median(cost.function for cost in costs), *parts, _sum(costs), slowness, _quiet(costs))
    return [name, *(f"{value:.2f}" for value in values)]


def _against(mine: float, told: Mapping[str, Any]) -> list[str]:
    old, goal = told.get("old"), told.get("goal")
    ratio = f"{mine / old:.2f}" if old else ""
    verdict = "" if goal is None else "met" if mine <= goal else "NOT met"
    return [f"{old:g}" if old else "", ratio, f"{goal:.1f}" if goal else "", verdict]


def _twin(costs: Sequence[Cost]) -> str:
    if not costs:
        return ""
    return f"{_quiet(costs):.2f}"


def _quiet(costs: Sequence[Cost]) -> float:
    return median(cost.quiet for cost in costs)


def _sum(costs: Sequence[Cost]) -> float:
    return median(cost.total for cost in costs)
