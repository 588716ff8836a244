"""Ours and the baseline as folders of the same form, so that only their code differs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.artifact import assemble, libraries, link_into
from infra.platforms import CLOUD, HERE, cloud_python
from local.gateway.template import load_template
from local.paths import TEMPLATE

FOLDER = Path(__file__).resolve().parent
BASELINE_LOCK = FOLDER.parent / "requirements.txt"
PROBE = FOLDER / "probe.py"
# Like the cloud if its interpreter is on this machine, with its libraries and its bytecode.
PYTHON = str(cloud_python() or sys.executable)


def _compile(folders: Sequence[Path]) -> None:
    options = ["-q", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    for folder in folders:
        subprocess.run([PYTHON, "-m", "compileall", *options, "-s", str(folder), str(folder)], check=False)


PLATFORM = replace(CLOUD, compile=_compile) if cloud_python() else HERE
# A warm function answers within 15 seconds; a busy machine may need more.
_SECONDS = 60


@dataclass(frozen=True)
class Measurement:
    """Cold start, times in milliseconds.

    `cpu_ms` is the process's own CPU time, `round_trips` is from the function's log, if it has them.
    """

    import_ms: float
    response_ms: float
    cpu_ms: float
    status: int
    body: dict[str, Any]
    database_requests: int
    round_trips: int | None
    modules: int

    @property
    def total_ms(self) -> float:
        """Import to first response: the time limited by the budget."""
        return self.import_ms + self.response_ms


@dataclass(frozen=True)
class Candidate:
    """Function in its artifact folder with its variables."""

    folder: Path
    environ: Mapping[str, str]
    database: str

    def measure(self, event: Mapping[str, Any], *, counting: bool) -> Measurement:
        """Start a fresh interpreter, import the handler, call it once.

        With `counting` the requests to the database are counted; that imports httpx early, so the times are invalid.
        """
        task = {"folders": [str(self.folder)], "event": event, "database": self.database, "counting": counting}
        done = subprocess.run(
            [PYTHON, "-I", "-S", str(PROBE)],
            input=json.dumps(task),
            env=dict(self.environ),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        lines = [_record(line) for line in done.stdout.splitlines()]
        if done.returncode != 0 or not lines or "benchmark" not in lines[-1]:
            raise RuntimeError(f"{self.folder.name} did not answer: {done.stderr.strip()[-800:]}")
        result = lines[-1]["benchmark"]
        body = result["body"]
        counted = [line["database_round_trips"] for line in lines if "database_round_trips" in line]
        return Measurement(
            result["import"],
            result["response"],
            result["cpu"],
            result["status"],
            json.loads(body) if body.startswith("{") else {},
            result["database_requests"],
            counted[-1] if counted else None,
            result["modules"],
        )


def ours(name: str, target: Path, variables: Mapping[str, str], database: str) -> Candidate:
    """Return our function in its deployed form, with the template's variables."""
    spec = next(function for function in load_template(TEMPLATE).functions if function.name == name)
    return Candidate(assemble(name, target, platform=PLATFORM), spec.environment(variables, {}), database)


def baseline(name: str, target: Path, variables: Mapping[str, str], database: str) -> Candidate:
    """Return the same endpoint of the baseline, vendored and compiled like ours."""
    target.mkdir(parents=True)
    own = target.with_name(f"{target.name}-own")
    own.mkdir()
    shutil.copy2(FOLDER / "baseline" / f"{name}.py", own / "handler.py")
    for file in ("common.py", "phones.py", "tokens.py"):
        shutil.copy2(FOLDER / "baseline" / file, own / file)
    PLATFORM.compile([own])
    link_into(libraries(BASELINE_LOCK, platform=PLATFORM), target)
    link_into(own, target)
    return Candidate(target, dict(variables), database)


def interpreter() -> str:
    """Return the interpreter and machine, for the head of the table."""
    version = subprocess.run([PYTHON, "-V"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{version}, {os.cpu_count()} CPUs"


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
