"""`make bench-memory`: peak memory of every function, and of three over twenty thousand calls.

`CALLS` (20000), `ONLY` some of listings, request_code, chat; `IMPORTS=off` omits the table of all functions.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cold_start.candidates import PYTHON, Candidate, interpreter, ours
from benchmarks.cold_start.services import running
from benchmarks.requests.scene import Scene
from benchmarks.requests.steps import STEPS
from infra.artifact import function_names
from local.errors import StackError
from local.gateway.template import load_document
from local.paths import TEMPLATE

WORKER = Path(__file__).with_name("worker.py")
LONG = {"listings": "listing", "request_code": "request_code", "chat": "chat_send"}
_PEOPLE = 790


def main() -> int:
    """Start the services, measure, print."""
    calls, only = int(os.environ.get("CALLS", "20000")), os.environ.get("ONLY", "").split()
    folder = Path(tempfile.mkdtemp(prefix="auto360-bench-artifacts-"))
    try:
        with running(redis=True) as services:
            scene = Scene(services)
            scene.prepare(20_000)
            print(f"Memory in MB; {interpreter()}.\n", flush=True)
            if os.environ.get("IMPORTS") != "off":
                imports(folder, services.variables, services.postgrest)
            print(f"{'calls':>8} {'resident':>9} {'peak':>6} {'objects':>9}  function")
            for name, step in LONG.items():
                if not only or name in only:
                    candidate = ours(name, folder / "long" / name, services.variables, services.postgrest)
                    events = next(one for one in STEPS if one.name == step).events(scene, _PEOPLE)
                    for told in answered(candidate, events, calls, new_phones=name == "request_code"):
                        print(_line(told, name), flush=True)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def imports(folder: Path, variables: Mapping[str, str], database: str) -> None:
    """Print the peak of each function after its import, beside its configured memory."""
    sizes = memory_sizes()
    print(f"{'given':>6} {'peak':>6} {'objects':>9}  function")
    for name in function_names():
        [told] = answered(ours(name, folder / "imports" / name, variables, database), [], 0, new_phones=False)
        print(f"{sizes[name]:>6} {told['peak']:>6.0f} {told['objects']:>9,}  {name}", flush=True)
    print()


def memory_sizes() -> dict[str, int]:
    """Return `MemorySize` of each function, by its folder."""
    document = load_document(TEMPLATE)
    usual = int(document["Globals"]["Function"]["MemorySize"])
    functions = (one for one in document["Resources"].values() if one["Type"] == "AWS::Serverless::Function")
    properties = (one["Properties"] for one in functions)
    return {Path(one["CodeUri"]).name: int(one.get("MemorySize", usual)) for one in properties}


def answered(
    candidate: Candidate, events: Sequence[Mapping[str, Any]], calls: int, *, new_phones: bool
) -> list[dict[str, Any]]:
    """Return a process's values after its import and at each mark. Raises RuntimeError for any answer but 2xx."""
    marks = sorted({1, calls // 20, calls // 2, calls} - {0})
    task = {
        "folders": [str(candidate.folder)],
        "events": events,
        "calls": calls,
        "marks": marks,
        "new_phones": new_phones,
    }
    done = subprocess.run(
        [PYTHON, "-I", "-S", str(WORKER)],
        input=json.dumps(task) + "\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(candidate.environ),
        cwd="/",
        text=True,
        check=True,
    )
    *told, last = (json.loads(line) for line in done.stdout.splitlines())
    if last["refused"]:
        raise RuntimeError(f"{candidate.folder.name} refused: {last['refused']}")
    return told


def _line(told: Mapping[str, Any], name: str) -> str:
    return f"{told['calls']:>8,} {told['rss']:>9.1f} {told['peak']:>6.1f} {told['objects']:>9,}  {name}"


if __name__ == "__main__":
    sys.exit(main())
