"""`make bench-cold`: measure every HTTP function, and print one table.

`ROUNDS` sets how many pairs are measured (9 unless told), `ONLY` some functions.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.cold_start.candidates import Candidate, Measurement, baseline, interpreter, ours
from benchmarks.cold_start.firsts import FIRSTS, First, tokens
from benchmarks.cold_start.flow import STEPS, Login, event_of, run_round
from benchmarks.cold_start.services import Services, running
from benchmarks.cold_start.table import Row, render
from local.errors import StackError

MIN_ROUNDS = 7
SIDES = ("ours", "baseline")
Sides = dict[str, dict[str, Candidate]]


def main() -> int:
    """Build both sides, start the services, measure."""
    rounds, only = max(MIN_ROUNDS, int(os.environ.get("ROUNDS", "9"))), os.environ.get("ONLY", "").split()
    steps = STEPS if not only or set(only) & set(STEPS) else ()
    folder = Path(tempfile.mkdtemp(prefix="auto360-bench-artifacts-"))
    try:
        print("Starting a database and the simulators …", flush=True)
        with running() as services:
            firsts = [first.told(services) for first in FIRSTS if not only or first.function in only]
            print("Assembling artifacts …", flush=True)
            sides = build(folder, services, steps, firsts)
            rows = measure(sides, services, steps, firsts, rounds)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nCold start, milliseconds, median of {rounds} pairs; {interpreter()}; warm disk, compiled bytecode.")
    print("Round trips: as our log counts them (requests seen on the wire) / baseline.\n")
    print(render(rows))
    return 0


def build(folder: Path, services: Services, steps: tuple[str, ...], firsts: list[First]) -> Sides:
    """Return every function of both sides in a folder of its own."""
    variables, database = services.variables, services.postgrest
    sides: Sides = {side: {} for side in SIDES}
    for step in steps:
        sides["baseline"][step] = baseline(step, folder / "baseline" / step, variables, database)
    for first in firsts:
        name = first.function if first.has_own_twin else "other"
        target = folder / "baseline" / first.function
        sides["baseline"][first.function] = baseline(name, target, variables | first.twin(), database)
    for name in (*steps, *(first.function for first in firsts)):
        sides["ours"][name] = ours(name, folder / "ours" / name, variables, database)
    return sides


def measure(sides: Sides, services: Services, steps: tuple[str, ...], firsts: list[First], rounds: int) -> list[Row]:
    """Return the rows. The first round warms disk and database, counts the requests, and is not measured.

    The first side alternates with each round.
    """
    rows = {name: Row(name) for name in (*steps, *(first.function for first in firsts))}
    callers = {side: tokens(services, side=place) for place, side in enumerate(SIDES)}
    for number in range(rounds + 1):
        order = SIDES if number % 2 == 0 else tuple(reversed(SIDES))

        def keep(side: str, step: str, measured: Measurement, *, is_warm_up: bool = number == 0) -> None:
            if is_warm_up:
                rows[step].sent[side] = measured.database_requests
            else:
                (rows[step].ours if side == "ours" else rows[step].baseline).append(measured)

        if steps:
            logins = {side: _person(number, place) for place, side in enumerate(SIDES)}
            run_round({side: sides[side] for side in order}, logins, services, keep, counting=number == 0)
        for first in firsts:
            for side in order:
                measured = _first(first, sides[side][first.function], services, callers[side], counting=number == 0)
                keep(side, first.function, measured)
        print(f"  round {number} of {rounds}" + ("" if number else " (warm-up)"), flush=True)
    return list(rows.values())


def _first(
    first: First, candidate: Candidate, services: Services, callers: dict[str, str], *, counting: bool
) -> Measurement:
    """Measure a first request. Raises RuntimeError for another answer than the expected one."""
    headers = first.headers(services, callers[first.caller])
    event = event_of(first.method, first.path, first.body, address="198.51.100.1", headers=headers)
    measured = candidate.measure(event, counting=counting)
    if measured.status != first.status:
        raise RuntimeError(f"{candidate.folder} answered {measured.status}: {measured.body.get('code')}")
    return measured


def _person(number: int, place: int) -> Login:
    """Return a caller of one round and side, with a separate number and network, below all limits."""
    return Login(phone=f"+996555{number:02d}{place}{number:03d}", address=f"198.51.{number}.{place + 1}")


if __name__ == "__main__":
    sys.exit(main())
