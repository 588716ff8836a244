"""`make bench-requests`: CPU-ms of warm requests by part, against the old backend and a plain FastAPI twin.

`ROUNDS` (3), `REQUESTS` of each kind in a round (120), `LISTINGS` in the database (50000), `ONLY` some steps.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.cold_start.candidates import Candidate, baseline, interpreter, ours
from benchmarks.cold_start.services import Services, running
from benchmarks.requests.scene import Scene
from benchmarks.requests.sides import CLIENTS, Cost, measure
from benchmarks.requests.steps import STEPS, Step, code_requests
from benchmarks.requests.table import render
from local.errors import StackError

OLD = Path(__file__).with_name("old_backend.toml")
_WARM = 10 * CLIENTS


def main() -> int:
    """Start the services, build both sides, measure, print."""
    rounds, number = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("REQUESTS", "120"))
    only = os.environ.get("ONLY", "").split()
    steps = [step for step in STEPS if not only or step.name in only]
    folder = Path(tempfile.mkdtemp(prefix="auto360-bench-artifacts-"))
    try:
        print("Starting a database with listings, Redis and the simulators …", flush=True)
        with running(redis=True) as services:
            scene = Scene(services)
            scene.prepare(int(os.environ.get("LISTINGS", "50000")))
            costs = run(steps, scene, folder, rounds, number)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with OLD.open("rb") as file:
        known = tomllib.load(file)
    print(f"\nCPU-ms per request, median of {rounds} rounds of {number}, {CLIENTS} clients; {interpreter()}.")
    print("slow: time of a fixed piece of work relative to a quiet machine; quiet: the sum without that.")
    print("Ratio, verdict and twin are of quiet sums.\n")
    print(render(steps, costs, known))
    return 0


def run(steps: list[Step], scene: Scene, folder: Path, rounds: int, number: int) -> dict[tuple[str, str], list[Cost]]:
    """Return the costs by side and step."""
    made = build(steps, folder, scene.services)
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    for place in range(rounds):
        for step in steps:
            for side in ("ours", "twin"):
                if candidate := made.get((side, step.name)):
                    scene.send_codes = partial(_send_codes, made[side, "request_code"], scene)
                    warm, events = step.events(scene, _WARM), step.events(scene, number)
                    costs[side, step.name].append(measure(candidate, warm, events, scene.services.processes))
        print(f"  round {place + 1} of {rounds}", flush=True)
    return costs


def _send_codes(candidate: Candidate, scene: Scene, phones: Sequence[str]) -> None:
    """Let a side send codes, since each derives them in its own way."""
    measure(candidate, [], code_requests(scene, phones), {})


def build(steps: list[Step], folder: Path, services: Services) -> Mapping[tuple[str, str], Candidate]:
    """Return the artifact of every step on both sides, and that for sending codes; the twin has three."""
    made: dict[tuple[str, str], Candidate] = {}
    for step in {step.name: step for step in (*steps, STEPS[0])}.values():
        made["ours", step.name] = ours(
            step.function, folder / "ours" / step.name, services.variables, services.postgrest
        )
        if step.twin:
            made["twin", step.name] = baseline(
                step.twin, folder / "twin" / step.name, services.variables, services.postgrest
            )
    return made


if __name__ == "__main__":
    sys.exit(main())
