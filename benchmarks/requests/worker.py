"""Warm function inside a fresh process: answers events, then reports its CPU time.

Standard library only, run with `python -I -S worker.py`, so that imports come from the artifact alone.
Reads `{"folders", "warm", "events"}` from standard input. Writes a line when it is warm, waits for one, and
writes a last line with its result; the function's own log goes to standard error.
"""

import contextlib
import importlib
import json
import sys
import time
from collections import Counter
from typing import Any


class Context:
    """Context that the cloud passes beside the event."""

    function_name = "benchmark"
    function_version = "1"
    memory_limit_in_mb = 512
    aws_request_id = request_id = "benchmark"
    invoked_function_arn = "benchmark"
    deadline_ms = 0.0

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the call is cut off."""
        return 15_000


WORK = {"numbers": [1, 2, 3] * 20, "text": "xyz" * 30}


def fixed_work() -> float:
    """Return the CPU seconds of a fixed piece of work: the present speed of the machine."""
    before = time.process_time()
    for _ in range(20):
        json.loads(json.dumps(WORK))
        "-".join(str(number) for number in range(20))
    return time.process_time() - before


def main() -> int:
    """Warm up, wait, measure."""
    task = json.loads(sys.stdin.readline())
    output, context = sys.stdout, Context()
    sys.path[:0] = task["folders"]
    with contextlib.redirect_stdout(sys.stderr):
        handler: Any = importlib.import_module("handler").handler
        for event in task["warm"]:
            handler(event, context)
        output.write("warm\n")
        output.flush()
        sys.stdin.readline()
        statuses: Counter[int] = Counter()
        refused = ""
        costs, pieces, began = [], [], time.perf_counter()
        for event in task["events"]:
            before = time.process_time()
            answer = handler(event, context)
            costs.append(time.process_time() - before)
            pieces.append(fixed_work())
            statuses[answer["statusCode"]] += 1
            if answer["statusCode"] >= 300:
                refused = answer["body"][:300]
        result = {
            "costs": costs,
            "pieces": pieces,
            "wall": time.perf_counter() - began,
            "statuses": statuses,
            "refused": refused,
        }
    output.write(json.dumps(result) + "\n")
    output.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
