"""CPU time of the services, read from the kernel to the nanosecond (Linux)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PROC = Path("/proc")


def seconds_by_thread(pids: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """Return the CPU seconds of each thread of each service, children included, by the service's name."""
    return {name: _threads(pid) for name, pid in pids.items()}


def difference(before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the seconds computed by each service in between, without threads that ended meanwhile."""
    return {
        name: sum(seconds - before[name].get(thread, 0.0) for thread, seconds in threads.items())
        for name, threads in after.items()
    }


def _threads(pid: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for process in (pid, *_children(pid)):
        for task in (_PROC / str(process) / "task").glob("*"):
            try:
                found[task.name] = int((task / "schedstat").read_text().split()[0]) / 1e9
            except (OSError, IndexError):
                continue
    return found


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in (_PROC / str(pid) / "task" / str(pid) / "children").read_text().split()]
    except OSError:
        return []
