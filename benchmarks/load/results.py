"""Results of a run as JSON: a row per phase, and the verdict on the first bottleneck."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.load.phases import Phase
from benchmarks.load.records import Records

# Targets of the reference about load, in milliseconds from the intended start.
BUDGETS = {"feed": 300, "send message": 300, "request code": 600, "verify code": 600}
MAX_ERROR_SHARE = 0.01
MAX_LATENESS = 0.1
MIN_SAMPLES = 60
Samples = Sequence[Mapping[str, Any]]


def phase_result(phase: Phase, records: Records, began: float, samples: Samples, cores: int) -> dict[str, Any]:
    """Return the row of a phase. `began` is its wall-clock time, `samples` are those of the whole run."""
    length = max(phase.seconds, max(records.seconds, default=0) + 1)
    during = [sample for sample in samples if began <= sample["at"] <= began + length]
    served = sum(seen.served for second, seen in records.seconds.items() if second < phase.seconds)
    total = records.total
    requests = sum(endpoint.tries for endpoint in records.endpoints.values())
    row: dict[str, Any] = {
        "name": phase.name,
        "seconds": phase.seconds,
        "offered": round(records.offered / phase.seconds, 2),
        "planned": round(phase.rate, 2),
        "served": round(served / phase.seconds, 2),
        "error_share": round(records.failed / max(1, total.total), 5),
        "requests_with_retries": requests,
        "latency": total.summary(),
        "endpoints": {name: endpoint.summary() for name, endpoint in sorted(records.endpoints.items())},
        "waiting": records.waiting.summary(),
        "lateness": records.lateness.summary(),
        "cold_starts": records.cold,
        "in_flight": round(records.mean_in_flight, 2),
        "little": round(records.little, 3),
        "is_step": phase.is_step,
        "timeline": [
            [second, seen.offered, seen.served, seen.failed, round(seen.latency.quantile(0.95) * 1000, 1)]
            for second, seen in sorted(records.seconds.items())
        ],
    }
    if len(during) > 1:
        row["machine"] = _machine(during, records, cores)
    row["broke"] = broke(row) if phase.is_counted else ""
    return row


def _machine(samples: Samples, records: Records, cores: int) -> dict[str, Any]:
    first, last = samples[0], samples[-1]
    seconds = last["at"] - first["at"]
    cpu = {part: last["cpu"][part] - first["cpu"].get(part, 0.0) for part in last["cpu"]}
    database = [sample["database"] for sample in samples]
    served = max(1, records.total.total)
    change = {name: database[-1][name] - database[0][name] for name in ("commits", "blocks_read", "blocks_hit", "wal")}
    return {
        "cpu_share": {part: round(used / seconds / cores, 4) for part, used in cpu.items()},
        "cpu_ms_per_request": {part: round(1000 * used / served, 3) for part, used in cpu.items()},
        "cpu_share_all": round((last["machine_busy"] - first["machine_busy"]) / seconds / cores, 4),
        "memory_mb": {part: round(max(s["memory_mb"].get(part, 0) for s in samples)) for part in last["memory_mb"]},
        "processes": {part: max(s["processes"].get(part, 0) for s in samples) for part in last["processes"]},
        "connections": max(row["connections"] for row in database),
        "pool_busy": max(row["pool_busy"] for row in database),
        "pool": max(row["pool"] for row in database),
        "waiting_for_locks": max(row["waiting_for_locks"] for row in database),
        "commits_per_second": round(change["commits"] / seconds, 1),
        "blocks_read_share": round(change["blocks_read"] / max(1, change["blocks_read"] + change["blocks_hit"]), 4),
        "wal_kb_per_second": round(change["wal"] / seconds / 1024, 1),
        "timeline": _timeline(samples, cores),
    }


def _timeline(samples: Samples, cores: int) -> list[dict[str, Any]]:
    rows = []
    for before, after in itertools.pairwise(samples):
        seconds = after["at"] - before["at"]
        cpu = {
            part: round((after["cpu"][part] - before["cpu"].get(part, 0.0)) / seconds / cores, 3)
            for part in after["cpu"]
        }
        rows.append({"at": round(after["at"] - samples[0]["at"], 1), "cpu": cpu, **after["database"]})
    return rows


def broke(row: Mapping[str, Any]) -> str:
    """Return the goal missed so far that the steps end, an empty text if none."""
    if row["error_share"] > MAX_ERROR_SHARE:
        outcomes: dict[str, int] = {}
        for endpoint in row["endpoints"].values():
            for code, count in endpoint["outcomes"].items():
                outcomes[code] = outcomes.get(code, 0) + (count if code != "ok" else 0)
        worst = max(outcomes, key=lambda code: outcomes[code])
        return f"{row['error_share']:.1%} of the requests failed, most with “{worst}”"
    for name, budget in BUDGETS.items():
        seen = row["endpoints"].get(name, {"count": 0})
        # A percentile of fewer requests is the time of one cold start.
        p95 = seen["p95"] if seen["count"] >= MIN_SAMPLES else 0
        if p95 > 2 * budget:
            return f"p95 of “{name}” was {p95:.0f} ms, more than twice its {budget} ms"
    return ""


def cause(row: Mapping[str, Any], pool_size: int = 20) -> str:
    """Return the exhausted resource of a failed phase."""
    # With answers that take seconds, a tenth of a second of its own is irrelevant.
    if row["lateness"]["p95"] > max(1000 * MAX_LATENESS, 0.1 * row["latency"]["p95"]):
        return f"the generator: it was {row['lateness']['p95']:.0f} ms late itself, so this phase says nothing"
    machine = row.get("machine")
    if machine is None:
        return "unknown: the target's machine is not watched from here"
    return _cause_on_machine(row, machine, pool_size)


def _cause_on_machine(row: Mapping[str, Any], machine: Mapping[str, Any], pool_size: int) -> str:
    if machine["waiting_for_locks"] > 5:
        return f"locks in the database: {machine['waiting_for_locks']} sessions waited at once"
    if machine["cpu_share_all"] > 0.85:
        ours = machine["cpu_share"]
        others = {"programs outside the test": machine["cpu_share_all"] - sum(ours.values())}
        parts = sorted((ours | others).items(), key=lambda item: -item[1])
        largest = ", ".join(f"{part} {share:.0%}" for part, share in parts[:4])
        return f"the CPUs of the machine: {machine['cpu_share_all']:.0%} busy ({largest})"
    if machine["pool_busy"] >= pool_size:
        return f"PostgREST's pool: all {pool_size} connections busy"
    if row["waiting"]["p95"] > row["latency"]["p95"] / 2:
        return f"instances: p95 of the wait outside the function was {row['waiting']['p95']:.0f} ms"
    return "time inside the functions, with CPUs and pool to spare: look at the slow endpoints"


def capacity_of(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the highest rate of a step before the first failed one, 0 if the first one failed."""
    good = 0.0
    for row in rows:
        if row["is_step"]:
            if row["broke"]:
                break
            good = max(good, row["served"])
    return good


def verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the first failure of the steps, its cause, and the failed later phases, in sentences."""
    steps = [row for row in rows if row["is_step"]]
    first = next((row for row in steps if row["broke"]), None)
    if first is None:
        told = [f"Nothing broke up to {max((row['offered'] for row in steps), default=0.0):.0f} requests a second."]
    else:
        told = [f"At {first['offered']:.0f} requests a second {first['broke']}. Used up: {cause(first)}."]
    for row in rows:
        if row["broke"] and not row["is_step"]:
            told.append(f"In phase “{row['name']}” ({row['offered']:.0f} a second) {row['broke']}: {cause(row)}.")
    return " ".join(told)
