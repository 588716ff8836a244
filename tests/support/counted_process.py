"""Process that answers many events and counts what stays in memory: `python -m tests.support.counted_process`."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from local.paths import CHECKOUT
from tests.support.functions import load_handler

WARM = 60


def main() -> None:
    """Answer the events of the input; tells the objects after the warm ones and at the end, and the statuses."""
    request = json.loads(sys.stdin.read())
    output, handler = os.dup(1), load_handler(request["function"])
    os.dup2(2, 1)
    statuses: set[int] = set()
    counts: list[int] = []
    for number, event in enumerate(request["events"], start=1):
        statuses.add(handler(event, None)["statusCode"])
        if number in (WARM, len(request["events"])):
            gc.collect()
            counts.append(len(gc.get_objects()))
    os.write(output, json.dumps({"statuses": sorted(statuses), "counts": counts}).encode())


def growth(function: str, events: Sequence[dict[str, Any]]) -> tuple[list[int], int]:
    """Return the statuses, and by how many objects the process grew after the first events."""
    paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "layers" / "common")])
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.counted_process"],
        input=json.dumps({"function": function, "events": list(events)}),
        env={**os.environ, "PYTHONPATH": paths},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    return told["statuses"], told["counts"][1] - told["counts"][0]


if __name__ == "__main__":
    main()
