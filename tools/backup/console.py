"""Dialogue with the user of a command: the plan, the confirmation, progress and durations."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Console:
    """`dry_run` shows the plan and does nothing; `assume_yes` skips the confirmation."""

    dry_run: bool = False
    assume_yes: bool = False

    def say(self, line: str) -> None:
        """Print a line of progress."""
        print(f"  {line}", flush=True)

    def plan(self, *lines: str) -> None:
        """Print the planned actions."""
        for line in lines:
            print(line, flush=True)

    def confirmed(self, question: str) -> bool:
        """Return True to continue. Without a terminal only with `--yes`."""
        if self.dry_run:
            print("Dry run: nothing was changed.")
            return False
        if self.assume_yes:
            return True
        if not sys.stdin.isatty():
            print("Nothing was changed: add --yes to do it.")
            return False
        return input(f"{question} Type yes: ").strip() == "yes"

    @contextmanager
    def timed(self, done: str) -> Iterator[None]:
        """Print the duration of the block."""
        began = time.monotonic()
        yield
        self.say(f"{done} in {time.monotonic() - began:.1f} s")
