"""`make rehearse-migration`: many videos, failing providers, killed processes; then one file of 2 GB.

`VIDEOS`, `KILLS`, `PROCESSES` and `BIG_MB` change the load; `BIG_MB=0` omits the large file.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.migration.large import copy_large
from benchmarks.migration.rehearsal import Rehearsal, Script, Verdict
from benchmarks.migration.services import stage
from local.errors import StackError


def main() -> int:
    """Rehearse, and print the results."""
    environ = os.environ
    script = Script(
        videos=int(environ.get("VIDEOS", "300")),
        kills=int(environ.get("KILLS", "10")),
        processes=int(environ.get("PROCESSES", "2")),
        daily_limit=max(1, int(environ.get("VIDEOS", "300")) // 2),
    )
    big = int(environ.get("BIG_MB", "2000"))
    # Connections cut on purpose are expected.
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    try:
        with silence(), stage() as place:
            rehearsal = Rehearsal(place.dsn, place.environ, place.api_video, place.yandex, script, say)
            problems = told(rehearsal.run(), script)
        if big:
            with silence(), stage() as place:
                problems += copy_large(place, megabytes=big, say=say)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    say("\nAll is as it should be." if not problems else "\nNOT as it should be: " + "; ".join(problems))
    return 1 if problems else 0


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Suppress the simulators' log of every upload."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def told(verdict: Verdict, script: Script) -> list[str]:
    """Print the results and return the problems found."""
    rate = verdict.bytes_copied / 1e6 / verdict.seconds
    say(f"\n{script.videos} videos, {verdict.bytes_copied / 1e9:.2f} GB, {verdict.seconds:.0f} s, {rate:.1f} MB/s")
    say(f"faults: {script.fail_percent:g} % of calls, {script.cut_percent:g} % of files cut; {verdict.killed} kills")
    say(f"states: {dict(verdict.states)}; ends of processes: {dict(verdict.ended)}")
    say(f"copies: {verdict.copies}, second copies: {verdict.second_copies}, different: {len(verdict.different)}")
    say(f"looks at listings: {verdict.looks:,}, nothing to play: {len(verdict.unplayable)}")
    say(f"begun per day, of allowed: {verdict.days}")
    say(f"busiest minute, of allowed: {verdict.busiest}; refused by a limit of 60 at first {verdict.refused}, "
        f"later {verdict.refused_in_quiet}")  # fmt: skip
    say(f"highest memory of a process: {verdict.peak_mb:.0f} MB")
    return verdict.problems(script)


def say(line: str) -> None:
    """Print at once, after the simulators' own lines."""
    print(line, file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    sys.exit(main())
