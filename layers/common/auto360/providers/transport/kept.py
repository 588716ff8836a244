"""Registry of kept connections of this process, so that a copy of it can close them at once."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakSet


class Keeper(Protocol):
    """Keeps connections between calls."""

    def close(self) -> None:
        """Close the connections; the object stays usable."""


_KEEPERS: WeakSet[Keeper] = WeakSet()


def keeps(keeper: Keeper) -> None:
    """Register an object that keeps connections."""
    _KEEPERS.add(keeper)


def close_kept() -> None:
    """Close all connections of this process; the next calls open new ones."""
    for keeper in list(_KEEPERS):
        keeper.close()
