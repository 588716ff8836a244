"""Runs an artifact as a cloud does: alone in its folder, nothing else to import from, nothing in the environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The list of modules is taken before the call: what a call imports is its own affair.
# Nothing answers there, and a pause before the next try proves nothing.
_SCRIPT = """
import json, sys, time
time.sleep = lambda seconds, sleep=time.sleep: sleep(min(seconds, 0.01))
sys.path.insert(0, sys.argv[1])
import handler
imported = sorted(sys.modules)
events = json.load(sys.stdin)


def call(event):
    try:
        return handler.handler(event, None)
    except Exception as error:
        return {"raised": type(error).__name__}


answers = [call(event) for event in events]
print(json.dumps({"modules": imported, "paths": sys.path, "answers": answers}))
"""


@dataclass(frozen=True)
class Run:
    """Result of one process: modules after the import, answers to the events, and its whole output."""

    modules: frozenset[str]
    paths: tuple[str, ...]
    answers: tuple[dict[str, Any], ...]
    output: str

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(answer["body"]) for answer in self.answers]


def run_alone(
    artifact: Path, *events: Any, environ: Mapping[str, str] | None = None, python: Path | None = None
) -> Run:
    """Import the handler in a fresh interpreter with an empty environment and call it once per event.

    What a job raises is its answer: `{"raised": "<class>"}`.
    """
    done = subprocess.run(
        [str(python or sys.executable), "-I", "-S", "-c", _SCRIPT, str(artifact)],
        input=json.dumps(events),
        env=dict(environ or {}),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *log, result = done.stdout.splitlines()
    record = json.loads(result)
    output = "\n".join([*log, done.stderr])
    return Run(frozenset(record["modules"]), tuple(record["paths"]), tuple(record["answers"]), output)
