"""Checks free disk space before writing. Standard library only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from local.errors import StackError

INSTALL_MB = 1500
START_MB = 300


def require_space(folder: Path, megabytes: int) -> None:
    """Fail with a sentence if the disk has less; `AUTO360_MIN_FREE_MB` sets another limit."""
    chosen = os.environ.get("AUTO360_MIN_FREE_MB", "").strip()
    needed = int(chosen) if chosen.isascii() and chosen.isdigit() else megabytes
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free // (1024 * 1024)
    if free < needed:
        raise StackError(
            f"The disk that holds {folder} has {free} MB free, and {needed} MB are needed: free some space first."
        )
