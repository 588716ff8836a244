"""Measures one cold start inside a fresh process: import of the handler, then its first response.

Standard library only, run with `python -I -S probe.py`, so that imports come from the artifact alone.
Reads `{"folders", "event", "database"}` from standard input; the last line of standard output is the result.
"""

import importlib
import importlib.util
import json
import sys
import time
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


def count_requests_to(base: str) -> list[str]:
    """Count every request to an address: below httpx both sides use httpcore, and ours has a line to the database."""
    paths: list[str] = []
    httpcore: Any = importlib.import_module("httpcore")
    send = httpcore.ConnectionPool.handle_request

    def noting(self: Any, request: Any) -> Any:
        if bytes(request.url).decode().startswith(base):
            paths.append(request.url.target.decode())
        return send(self, request)

    httpcore.ConnectionPool.handle_request = noting
    if importlib.util.find_spec("auto360"):
        line: Any = importlib.import_module("auto360.providers.transport.line").ServerLine
        send_line = line.send

        def noting_line(self: Any, method: str, path: str, *arguments: Any, **options: Any) -> Any:
            if self.server_url == base:
                paths.append(path)
            return send_line(self, method, path, *arguments, **options)

        line.send = noting_line
    return paths


def main() -> int:
    """Measure and print."""
    task = json.load(sys.stdin)
    sys.path[:0] = task["folders"]
    began, cpu_before = time.perf_counter(), time.process_time()
    handler: Any = importlib.import_module("handler")

    imported = time.perf_counter()
    paths = count_requests_to(task["database"]) if task["counting"] else []
    called = time.perf_counter()
    answer = handler.handler(task["event"], Context())
    answered, cpu_after = time.perf_counter(), time.process_time()
    result = {
        "import": (imported - began) * 1000,
        "response": (answered - called) * 1000,
        "cpu": (cpu_after - cpu_before) * 1000,
        "status": answer["statusCode"],
        "body": answer["body"],
        "database_requests": len(paths),
        "modules": len(sys.modules),
    }
    sys.stdout.write(json.dumps({"benchmark": result}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
