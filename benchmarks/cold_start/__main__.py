"""`make bench-cold`: measure, and print one table. `ROUNDS` sets the number of measured pairs (default 9)."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.cold_start.candidates import Candidate, Measurement, baseline, interpreter, ours
from benchmarks.cold_start.flow import STEPS, Login, run_round
from benchmarks.cold_start.services import Services, running
from benchmarks.cold_start.table import Row, render
from local.errors import StackError

MIN_ROUNDS = 7


def main() -> int:
    """Build both sides, start the services, measure."""
    rounds = max(MIN_ROUNDS, int(os.environ.get("ROUNDS", "9")))
    folder = Path(tempfile.mkdtemp(prefix="auto360-bench-artifacts-"))
    try:
        print("Starting a database and the SMS simulators …", flush=True)
        with running() as services:
            sides = build(folder, services)
            rows = measure(sides, services, rounds)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nCold start, milliseconds, median of {rounds} pairs; {interpreter()}; warm disk, compiled bytecode.")
    print("Round trips: as our log counts them (requests seen on the wire) / baseline.\n")
    print(render(rows))
    return 0


def build(folder: Path, services: Services) -> dict[str, dict[str, Candidate]]:
    """Return every function of both sides in a folder of its own."""
    print("Assembling artifacts …", flush=True)
    return {
        side: {step: make(step, folder / side / step, services.variables, services.postgrest) for step in STEPS}
        for side, make in (("ours", ours), ("baseline", baseline))
    }


def measure(sides: dict[str, dict[str, Candidate]], services: Services, rounds: int) -> list[Row]:
    """Return the first round warms disk and database and counts the requests.

    The first side alternates with each round.
    """
    rows = {step: Row(step) for step in STEPS}
    for number in range(rounds + 1):
        order = list(sides) if number % 2 == 0 else list(reversed(sides))
        logins = {side: _person(number, place) for place, side in enumerate(sides)}

        def keep(side: str, step: str, measured: Measurement, *, is_warm_up: bool = number == 0) -> None:
            if is_warm_up:
                rows[step].sent[side] = measured.database_requests
            else:
                (rows[step].ours if side == "ours" else rows[step].baseline).append(measured)

        run_round({side: sides[side] for side in order}, logins, services, keep, counting=number == 0)
        print(f"  round {number} of {rounds}" + ("" if number else " (warm-up)"), flush=True)
    return list(rows.values())


def _person(number: int, place: int) -> Login:
    """Return a caller of one round and side, with a separate number and network, below all limits."""
    return Login(phone=f"+996555{number:02d}{place}{number:03d}", address=f"198.51.{number}.{place + 1}")


if __name__ == "__main__":
    sys.exit(main())
