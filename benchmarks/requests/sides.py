"""Sides of a measurement: a function's artifact in several warm processes, each with separate events."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cold_start.candidates import PYTHON, Candidate
from benchmarks.requests.cpu import difference, seconds_by_thread

WORKER = Path(__file__).with_name("worker.py")
CLIENTS = 4
QUIET_SECONDS = 215e-6
_PARTS = ("PostgREST", "Postgres", "Redis")
Event = dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """CPU-ms per request by part, and the mean time of a request.

    `function` is the median, which depends least on a busy machine; services have only the mean.
    """

    function: float
    parts: Mapping[str, float]
    wall_ms: float
    slowness: float
    """Ratio of the time of a fixed piece of work to that on the quiet machine of docs/performance.md."""

    @property
    def total(self) -> float:
        """Return the CPU-ms of a request in all parts."""
        return self.function + sum(self.parts.values())

    @property
    def quiet(self) -> float:
        """Return the CPU-ms of the request scaled to the quiet machine."""
        return self.total / self.slowness


def measure(
    candidate: Candidate,
    warm: Sequence[Event],
    events: Sequence[Event],
    processes: Mapping[str, int],
) -> Cost:
    """Answer the events in `CLIENTS` processes at once. Raises RuntimeError for any answer but 2xx."""
    workers = [_start(candidate, warm[number::CLIENTS], events[number::CLIENTS]) for number in range(CLIENTS)]
    try:
        for worker in workers:
            _line(worker)
        before = seconds_by_thread(processes)
        for worker in workers:
            _say(worker, "go\n")
        results = [json.loads(_line(worker)) for worker in workers]
        after = seconds_by_thread(processes)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    statuses: Counter[str] = Counter()
    for result in results:
        statuses.update(result["statuses"])
    if any(not status.startswith("2") for status in statuses):
        refused = next(result["refused"] for result in results if result["refused"])
        raise RuntimeError(f"{candidate.folder.name} answered {dict(statuses)}: {refused}")
    told, count = difference(before, after), len(events)
    return Cost(
        function=median(cost for result in results for cost in result["costs"]) * 1000,
        parts={name: told.get(name, 0.0) * 1000 / count for name in _PARTS},
        wall_ms=sum(result["wall"] for result in results) * 1000 / count,
        slowness=max(1.0, median(piece for result in results for piece in result["pieces"]) / QUIET_SECONDS),
    )


def _start(candidate: Candidate, warm: Sequence[Event], events: Sequence[Event]) -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [PYTHON, "-I", "-S", str(WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(candidate.environ),
        cwd="/",
        text=True,
    )
    task = {"folders": [str(candidate.folder)], "warm": list(warm), "events": list(events)}
    _say(worker, json.dumps(task) + "\n")
    return worker


def _say(worker: subprocess.Popen[str], line: str) -> None:
    if worker.stdin is None:
        raise RuntimeError("the worker has no input")
    worker.stdin.write(line)
    worker.stdin.flush()


def _line(worker: subprocess.Popen[str]) -> str:
    line = worker.stdout.readline() if worker.stdout else ""
    if not line:
        time.sleep(0.1)
        raise RuntimeError(f"a worker ended with code {worker.poll()}")
    return line
