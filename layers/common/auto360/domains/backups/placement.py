"""Choice of the place where backups and drills of a database of some size run.

A stream reads about 20 MB a second of rows over the pooler; a run should end within half of its time limit, so
that a slow night loses no backup (docs/decisions/0115).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from auto360.domains.backups.drill import SERVER_BYTES
from auto360.domains.backups.room import readable_size
from auto360.providers.postgres_dump import DatabaseSize

Place = Literal["function", "long_function", "machine"]
PLACES: tuple[Place, ...] = ("function", "long_function", "machine")
_MAX_BYTES: dict[Place, int] = {"function": 5 * 10**9, "long_function": 20 * 10**9}
_WORDS: dict[Place, str] = {
    "function": "a function of ten minutes",
    "long_function": "a function of an hour",
    "machine": "a machine of its own, with several workers",
}
# Temporary space of every function.
_OWN_DISK = 512 * 10**6


@dataclass(frozen=True)
class Placement:
    """Place, and gigabytes of disk for the drill beside a function's own space; 0: none."""

    place: Place
    disk_gb: int

    def covers(self, needed: Placement) -> bool:
        """Return True if backups of the needed placement can run in this one."""
        if self.place == "machine":
            return True
        return PLACES.index(self.place) >= PLACES.index(needed.place) and self.disk_gb >= needed.disk_gb


def placement_for(size: DatabaseSize) -> Placement:
    """Choose by the size of the tables; the disk holds the restored database."""
    place: Place = next((place for place, limit in _MAX_BYTES.items() if size.tables <= limit), "machine")
    # A restored database is as large as this one; an archive of files takes at most half as much as its tables.
    needed = size.total + SERVER_BYTES + (size.tables // 2 if place == "machine" else 0)
    return Placement(place, 0 if needed <= _OWN_DISK else math.ceil(needed * 1.2 / 10**9))


def sentence(size: DatabaseSize, chosen: Placement) -> str:
    """Return size and choice for people."""
    disk = f", and a disk of {chosen.disk_gb} GB for the drill" if chosen.disk_gb else ""
    sizes = f"{readable_size(size.tables)} of tables, {readable_size(size.total)} with indexes"
    return f"{sizes}: {_WORDS[chosen.place]}{disk}"
