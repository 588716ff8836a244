"""Tables of docs/scaling.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from benchmarks.capacity.assumptions import REASONS, Assumptions
from benchmarks.capacity.erlang import refused_share
from benchmarks.capacity.model import Capacity, Measurements, capacity, local_breaking_point, seconds_in_function
from benchmarks.load.sessions import MIXES, step_shares

PEOPLE = (1_000, 5_000, 10_000, 100_000)
TOLERANCE = 0.25


def tables(people: Sequence[int], measured: Measurements) -> str:
    """Return all tables for these numbers of people."""
    assumed = Assumptions()
    found = [capacity(users, measured, assumed) for users in people]
    parts = [
        ("Needs", _needs(found)),
        ("Instances by function", _functions(found)),
        ("Refused calls", _refused(found)),
        ("Time of a call", _times(measured, assumed)),
        ("Assumptions", _assumptions(assumed)),
    ]
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in parts)


def _needs(found: Sequence[Capacity]) -> str:
    rows: Mapping[str, Iterable[str]] = {
        "requests a second, all of them to functions": (f"{c.rate:,.0f}" for c in found),
        "busy instances, mean (erlangs)": (f"{c.erlangs:,.1f}" for c in found),
        "instances in each zone (`serverless.workers.count`)": (f"{c.zone_instances:,}" for c in found),
        "requests at once in each zone (`serverless.request.count`)": (f"{3 * c.zone_instances:,}" for c in found),
        "memory in each zone, GB (`serverless.memory.size`)": (f"{c.zone_instances / 2:,.0f}" for c in found),
        "warm instances, all zones": (f"{sum(n.provisioned for n in c.functions.values()):,}" for c in found),
        "PostgREST's pool": (f"{c.pool:,}" for c in found),
        "CPUs of the database, at 60 % use": (f"{c.database_cpus:,.1f}" for c in found),
        "Supabase compute": (f"{c.compute}, ${c.compute_dollars:,}" for c in found),
        "Redis, commands a second and MB": (f"{c.redis_per_second:,.0f}, {c.redis_mb:,.0f}" for c in found),
        "people of the month": (f"{c.people_of_month:,}" for c in found),
        "database, GB": (f"{c.database_gb:,.1f}" for c in found),
        "functions and gateway, ₽ a month": (f"{sum(c.roubles.values()):,.0f}" for c in found),
        "of it warm instances": (f"{c.roubles['warm']:,.0f}" for c in found),
    }
    return _table(["People online", *(f"{c.users:,}" for c in found)], ([name, *cells] for name, cells in rows.items()))


def _functions(found: Sequence[Capacity]) -> str:
    names = list(found[0].functions)
    rows = []
    for name in names:
        cells = []
        for one in found:
            need = one.functions[name]
            cells.append(f"{need.rate:,.1f}/s, {need.zone_instances:,} + {need.provisioned:,}")
        rows.append([f"`{name}`" if name != "all others" else name, *cells])
    return _table(["Requests, instances in each zone + warm", *(f"{c.users:,}" for c in found)], rows)


def _refused(found: Sequence[Capacity]) -> str:
    sizes = (10, 20, 30, 60, 120, 360)
    rows = [
        [f"{c.users:,}", f"{factor:g} ×", f"{factor * c.erlangs:,.1f}"]
        + [f"{refused_share(factor * c.erlangs, size):.2%}" for size in sizes]
        for c in found
        for factor in (1, 2, 4)
    ]
    return _table(["People online", "Time of a call", "Erlangs", *(f"{size} instances" for size in sizes)], rows)


def _times(measured: Measurements, assumed: Assumptions) -> str:
    rows = []
    for name, share in step_shares(MIXES["full"]).items():
        row = measured.endpoints[name]
        cpu = row["cpu_ms"]
        parts = [f"{cpu.get(part, 0.0):.1f}" for part in ("functions", "PostgREST", "Postgres", "Redis")]
        cloud = 1000 * seconds_in_function(name, measured, assumed)
        rows.append([name, f"{share:.1%}", *parts, f"{cloud:.0f}", f"{row['bytes'] / 1000:.1f}"])
    heads = ["Endpoint", "Share", "Function, CPU-ms", "PostgREST", "Postgres", "Redis", "Call on 512 MB, ms", "KB"]
    return _table(heads, rows)


def _assumptions(assumed: Assumptions) -> str:
    rows = [[f"`{field.name}`", f"{getattr(assumed, field.name):g}", REASONS[field.name]] for field in fields(assumed)]
    return _table(["Assumption", "Value", "Reason"], rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def comparison(run: Mapping[str, Any], measured: Measurements) -> str:
    """Return the predicted and the seen highest rate of a run on the local stack.

    Other programs take their part of the CPUs: the prediction counts what the parts of the stack were given in the
    phase with the highest rate.
    """
    best = max((row for row in run["phases"] if "machine" in row), key=lambda row: float(row["served"]))
    given = sum(best["machine"]["cpu_share"].values()) * run["cpus"]
    predicted, seen = local_breaking_point(given, measured, run["mix"]), float(best["served"])
    difference = predicted / seen - 1
    verdict = "within" if abs(difference) <= TOLERANCE else "NOT within"
    return (
        f"{run['users']:,} people, phase “{best['name']}”: {given:.2f} CPUs given to the stack; predicted"
        f" {predicted:.1f} requests a second, seen {seen:.1f} ({difference:+.0%}), {verdict} {TOLERANCE:.0%}"
    )
