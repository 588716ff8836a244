"""Senders in processes of their own, to be killed, and what a test of thousands of pushes asks the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.paths import CHECKOUT
from tests.support.functions import Functions
from tests.support.pushes import PushWorld
from tests.support.rows import rows

# The peak of getrusage() is that of the process which has started this one, where that is the larger.
_SENDER = """
import json
from pathlib import Path
from auto360.container import notifications
counts = notifications.push_sender().run()
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps({**counts, "kilobytes": int(status["VmHWM"].split()[0])}))
"""


def start_sender(functions: Functions) -> subprocess.Popen[str]:
    """Start a sender in a process of its own."""
    environ = {**os.environ, **functions.environ, "PYTHONPATH": str(Path(CHECKOUT) / "layers" / "common")}
    return subprocess.Popen([sys.executable, "-c", _SENDER], env=environ, stdout=subprocess.PIPE, text=True)


def let_leases_end(world: PushWorld) -> None:
    """Let a killed run's leases end, as a minute would."""
    rows(world.database, "with j as (update job_leases set lease_until = now() where holder is not null) select 1")
    rows(world.database, "update pushes set lease_until = now() where state = 'claimed' returning 1")


def waiting(world: PushWorld) -> int:
    """Return how many pushes have no outcome yet."""
    return int(rows(world.database, "select count(*) from pushes where state in ('queued', 'claimed')")[0][0])


def bring_due(world: PushWorld) -> None:
    """Let every queued push come due."""
    rows(world.database, "with t as (update pushes set not_before = now() where state = 'queued') select 1")
