"""Report of a run: one self-contained HTML page, from the JSON of the same run."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.load.charts import Axis, Series, area_chart, line_chart

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d1d1f; margin: 0 auto; max-width: 1080px; padding: 24px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 34px 0 8px; } p { margin: 6px 0; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 8px; border-bottom: 1px solid #e4e4e4; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } td.text { text-align: left; white-space: normal; }
th { background: #f5f5f7; font-weight: 600; } tr.bad td { background: #fdecef; }
.wide { overflow-x: auto; } svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; }
svg text.mark { font-size: 10px; fill: #777; } .note { color: #6e6e73; font-size: 13px; }
.verdict { border-left: 4px solid #1769aa; background: #eef5fb; padding: 10px 14px; margin: 14px 0; }
.verdict.bad { border-color: #d1495b; background: #fdecef; }
"""


def page(run: Mapping[str, Any]) -> str:
    """Return the page of a run."""
    phases = run["phases"]
    broken = any(row["broke"] for row in phases)
    sections = [
        f"<h1>Load test: {run['users']:,} people online</h1>",
        f'<p class="note">{html.escape(run["about"])}</p>',
        f'<div class="verdict{" bad" if broken else ""}"><b>First limit:</b> {html.escape(run["verdict"])}</div>',
        _validity(run),
        "<h2>Phases</h2>",
        _phases(phases),
        *_pictures(phases),
        "<h2>Endpoints</h2>",
        '<p class="note">Milliseconds from the intended start, retries and given up requests included.</p>',
        *(_endpoints(row) for row in phases if row["name"] != "warm-up"),
    ]
    body = "\n".join(sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Load test, {run['users']:,} people</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _validity(run: Mapping[str, Any]) -> str:
    null = run["calibration"]
    latency = null["latency"]
    return (
        f"<p>Generator against a server that answers at once, at {null['offered']:.0f} requests a second:"
        f" p50 {latency['p50']} ms, p99 {latency['p99']} ms, p99 of its lateness {null['lateness']['p99']} ms,"
        f" {null['cpu_share']:.0%} of a CPU, Little's law {null['little']:.2f}: {html.escape(null['verdict'])}.</p>"
    )


def _phases(phases: Sequence[Mapping[str, Any]]) -> str:
    heads = (
        "phase", "offered/s", "served/s", "errors", "p50", "p95", "p99", "max", "in flight", "Little", "late p99",
        "cold", "wait p95", "CPU", "pool", "conn.", "MB",
    )  # fmt: skip
    rows = []
    for row in phases:
        machine, latency = row.get("machine", {}), row["latency"]
        cells = [
            row["name"], row["offered"], row["served"], f"{row['error_share']:.2%}", latency["p50"], latency["p95"],
            latency["p99"], latency["max"], row["in_flight"], row["little"], row["lateness"]["p99"],
            row["cold_starts"], row["waiting"]["p95"],
            f"{machine['cpu_share_all']:.0%}" if machine else "not seen",
            f"{machine['pool_busy']} of {machine['pool']}" if machine else "not seen",
            machine.get("connections", "not seen"),
            sum(machine["memory_mb"].values()) if machine else "not seen",
        ]  # fmt: skip
        rows.append((bool(row["broke"]), cells))
    missed = "".join(
        f"<li><b>{html.escape(row['name'])}</b>: {html.escape(row['broke'])}</li>" for row in phases if row["broke"]
    )
    legend = (
        '<p class="note">Late: of the generator itself. Wait: outside the function, for an instance and the gateway.'
        " Pool: busiest second of PostgREST's connections. Little: in flight, measured and by rate times latency.</p>"
    )
    return _table(heads, rows) + legend + (f"<ul>{missed}</ul>" if missed else "")


def _endpoints(row: Mapping[str, Any]) -> str:
    heads = ("endpoint", "requests", "p50", "p95", "p99", "max", "in function p50", "p95", "tries", "bytes", "outcomes")
    rows = []
    for name, seen in row["endpoints"].items():
        outcomes = ", ".join(f"{code}: {count}" for code, count in sorted(seen["outcomes"].items()))
        function = seen["function"]
        cells = [
            name, seen["count"], seen["p50"], seen["p95"], seen["p99"], seen["max"], function["p50"], function["p95"],
            seen["tries"], seen["bytes_each"], ("text", outcomes),
        ]  # fmt: skip
        rows.append((set(seen["outcomes"]) != {"ok"}, cells))
    title = f"{row['name']}: {row['offered']} a second for {row['seconds']:.0f} s"
    return f"<h3>{html.escape(title)}</h3>{_table(heads, rows)}"


def _table(heads: Iterable[str], rows: Iterable[tuple[bool, Sequence[Any]]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in heads)
    lines = []
    for is_bad, cells in rows:
        shown = "".join(
            f'<td class="text">{html.escape(str(cell[1]))}</td>'
            if isinstance(cell, tuple)
            else f"<td>{html.escape(f'{cell:,}' if isinstance(cell, int) else str(cell))}</td>"
            for cell in cells
        )
        lines.append(f"<tr{' class=bad' if is_bad else ''}>{shown}</tr>")
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def _pictures(phases: Sequence[Mapping[str, Any]]) -> list[str]:
    steps = [row for row in phases if row["is_step"]]
    found = []
    if steps:
        found += ["<h2>Latency by offered rate</h2>", _by_rate(steps)]
    found += ["<h2>Requests a second</h2>", _rates(phases)]
    watched = [row for row in phases if "machine" in row]
    if watched:
        found += ["<h2>CPU by part, of the whole machine</h2>", _cpu(watched)]
        found += ["<h2>Database connections</h2>", _connections(watched)]
    return found


def _by_rate(steps: Sequence[Mapping[str, Any]]) -> str:
    names = ("p50", "p95", "p99", "max")
    series = [Series(name, [(row["offered"], max(0.1, row["latency"][name])) for row in steps]) for name in names]
    highest = max(row["latency"]["max"] for row in steps)
    lowest = min(max(0.1, row["latency"]["p50"]) for row in steps)
    x = Axis("offered requests a second", 0, max(row["offered"] for row in steps) * 1.05)
    return line_chart(series, x, Axis("milliseconds", lowest * 0.7, highest * 1.3, is_log=True))


def _rates(phases: Sequence[Mapping[str, Any]]) -> str:
    lines: dict[str, list[tuple[float, float]]] = {"offered": [], "served": [], "failed": []}
    marks, start = [], 0.0
    for row in phases:
        marks.append((start, row["name"]))
        for second, *counts, _ in row["timeline"]:
            for line, count in zip(lines.values(), counts, strict=True):
                line.append((start + second, count))
        start += max((second for second, *_ in row["timeline"]), default=0) + 1
    highest = max((y for line in lines.values() for _, y in line), default=1)
    series = [Series(name, points) for name, points in lines.items()]
    return line_chart(series, Axis("seconds", 0, start), Axis("requests", 0, highest * 1.05), marks)


def _joined(phases: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[tuple[float, str]], float]:
    rows, marks, start = [], [], 0.0
    for phase in phases:
        timeline = phase["machine"]["timeline"]
        marks.append((start, phase["name"]))
        rows += [{**row, "at": start + row["at"]} for row in timeline]
        start += timeline[-1]["at"] if timeline else 0.0
    return rows, marks, start


def _cpu(phases: Sequence[Mapping[str, Any]]) -> str:
    rows, marks, end = _joined(phases)
    parts = sorted({part for row in rows for part in row["cpu"]})
    series = [Series(part, [(row["at"], 100 * row["cpu"].get(part, 0.0)) for row in rows]) for part in parts]
    return area_chart(series, Axis("seconds", 0, end), Axis("percent", 0, 100), marks)


def _connections(phases: Sequence[Mapping[str, Any]]) -> str:
    rows, marks, end = _joined(phases)
    names = {"connections": "all", "pool": "PostgREST's pool", "pool_busy": "of it busy", "active": "active"}
    series = [Series(title, [(row["at"], row[name]) for row in rows]) for name, title in names.items()]
    highest = max(*(row["connections"] for row in rows), 5)
    return line_chart(series, Axis("seconds", 0, end), Axis("connections", 0, highest * 1.1), marks)
