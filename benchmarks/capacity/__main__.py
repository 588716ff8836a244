"""`make capacity USERS=…`: print what a number of people needs.

`RUN=file.json` of `make load` compares the predicted breaking point of that machine with the seen one; `ARGS=write`
writes the tables into docs/scaling.md.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from benchmarks.capacity.model import Measurements
from benchmarks.capacity.tables import PEOPLE, comparison, tables
from local.paths import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "scaling.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"


def main(arguments: list[str]) -> int:
    """Print the tables, write them, or print the comparison with a run."""
    measured, run, users = Measurements.load(), os.environ.get("RUN"), os.environ.get("USERS")
    if run:
        print(comparison(json.loads(Path(run).read_text(encoding="utf-8")), measured))
    elif "write" in arguments:
        DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), measured), encoding="utf-8")
    else:
        print(tables((int(users),) if users else PEOPLE, measured))
    return 0


def with_tables(text: str, measured: Measurements) -> str:
    """Return a document with the tables between its marks."""
    block = f"{BEGIN}\n\n{tables(PEOPLE, measured)}\n\n{END}"
    return re.sub(f"{BEGIN}.*?{END}", lambda _: block, text, flags=re.DOTALL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
