"""One function inside a fresh process: imports it, answers events repeatedly, and reports its memory.

Standard library only, run with `python -I -S worker.py`, so that imports come from the artifact alone.
Reads `{"folders", "events", "calls", "marks", "new_phones"}`; writes a line when it is imported and one at each mark.
"""

import contextlib
import gc
import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

_PHONE = re.compile(r"\+996\d{9}")


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


def memory() -> dict[str, float]:
    """Return the resident memory now and at its peak, in MB, and the number of the collector's objects."""
    gc.collect()
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = {
        name: int(kilobytes) / 1024 for name, kilobytes in re.findall(r"^(VmRSS|VmHWM):\s+(\d+)", text, re.MULTILINE)
    }
    return {"rss": found["VmRSS"], "peak": found["VmHWM"], "objects": len(gc.get_objects())}


def numbered(event: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the event of another caller, with a separate phone and address."""
    changed: dict[str, Any] = json.loads(
        _PHONE.sub(f"+99655{number % 1000:03d}{number // 1000:04d}", json.dumps(event))
    )
    changed["requestContext"]["identity"]["sourceIp"] = f"10.{number >> 8 & 255}.{number & 255}.7"
    return changed


def main() -> int:
    """Import, answer, tell."""
    task = json.loads(sys.stdin.readline())
    output, events, refused = sys.stdout, task["events"], ""
    sys.path[:0] = task["folders"]
    with contextlib.redirect_stdout(sys.stderr):
        handler: Any = importlib.import_module("handler").handler
        output.write(json.dumps({"calls": 0, **memory()}) + "\n")
        output.flush()
        for number in range(1, task["calls"] + 1):
            event = events[number % len(events)]
            answer = handler(numbered(event, number) if task["new_phones"] else event, Context())
            if answer["statusCode"] >= 300:
                refused = answer["body"][:300]
                break
            if number in task["marks"]:
                output.write(json.dumps({"calls": number, **memory()}) + "\n")
                output.flush()
    output.write(json.dumps({"refused": refused}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
