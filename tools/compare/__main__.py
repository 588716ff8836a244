"""`python -m tools.compare`: the commands behind `make compare` and `make save-outputs`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from local.paths import CHECKOUT
from tools.compare.differences import differences
from tools.compare.saving import SaveFailed, is_commit, is_same_commit, save, save_commit

_SUITE = "tests/contract"


def main(arguments: list[str] | None = None) -> int:
    """Save outputs, or compare two of them; 0 when they are equal, 1 when they differ, 2 when one cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.compare", description=__doc__)
    parser.add_argument("--suite", default=_SUITE, help="tests whose answers are recorded")
    commands = parser.add_subparsers(dest="command", required=True)
    saving = commands.add_parser("save", help="save the outputs of this checkout, or of a commit")
    saving.add_argument("folder", type=Path)
    saving.add_argument("--commit")
    comparing = commands.add_parser("diff", help="compare commits or saved folders; without the second, this checkout")
    comparing.add_argument("before")
    comparing.add_argument("after", nargs="?")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "save":
            _save(chosen.commit, chosen.folder, suite=chosen.suite)
            return 0
        if is_same_commit(chosen.before, chosen.after):
            print("Equal: both are the same commit.")
            return 0
        with tempfile.TemporaryDirectory() as made:
            before = _folder(chosen.before, Path(made) / "before", suite=chosen.suite)
            after = _folder(chosen.after, Path(made) / "after", suite=chosen.suite)
            return _show(before, after)
    except (SaveFailed, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2


def _folder(name: str | None, made: Path, *, suite: str) -> Path:
    """Return a saved folder by its name, or save the outputs of a commit or of this checkout."""
    if name and Path(name).is_dir():
        return Path(name)
    if name and not is_commit(name):
        raise SaveFailed(f"{name} is neither a folder nor a commit.")
    _save(name, made, suite=suite)
    return made


def _save(commit: str | None, folder: Path, *, suite: str) -> None:
    if commit:
        save_commit(commit, folder, suite=suite)
    else:
        save(CHECKOUT, folder, suite=suite)


def _show(before: Path, after: Path) -> int:
    found = differences(before, after)
    for name, lines in found.items():
        print(f"{name}: {len(lines)} lines" if lines else f"{name}: equal")
        print("".join(f"  {line}\n" for line in lines), end="")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
