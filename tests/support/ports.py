"""Ports for servers of tests: each process of a parallel run takes from a range of its own."""

from __future__ import annotations

import os

from local.ports import Ports, free_base

_FIRST = 10000
_WIDTH = 2000
_RANGES = 11


def own_ports() -> Ports:
    """Return ports in a row that are free now and that no other process of the run takes."""
    low = _FIRST + _WIDTH * (worker_number() % _RANGES)
    return free_base(low, low + _WIDTH)


def worker_number() -> int:
    """Return the number of this process in a parallel run."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return int(name) if name.isdigit() else 0
