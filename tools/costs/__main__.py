"""`make cost-report`: prints the report; `ARGS="--csv report.csv"` writes its figures as well."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from tools.costs.assumptions import PATH, Assumptions
from tools.costs.tables import rows_of, tables_of

_WIDTH = 140


def main(arguments: list[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(
        prog="make cost-report", description="Costs of videos before and after the transfer to Yandex."
    )
    parser.add_argument("--assumptions", type=Path, default=PATH, help="file of assumptions")
    parser.add_argument("--csv", type=Path, help="also write the numbers to this file")
    chosen = parser.parse_args(arguments)
    try:
        assumed = Assumptions.load(chosen.assumptions)
    except (OSError, ValueError, ValidationError) as error:
        print(f"{chosen.assumptions} is not usable: {error}", file=sys.stderr)
        return 1
    console = _console()
    for part in tables_of(assumed):
        console.print(part)
        console.print()
    if chosen.csv:
        with chosen.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["model", "users", "provider", "item", "low_usd", "high_usd"])
            writer.writerows(rows_of(assumed))
    return 0


def _console() -> Console:
    """Return a console as wide as the terminal; a file or pipe has no width, so its columns get theirs."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=_WIDTH)


if __name__ == "__main__":
    sys.exit(main())
