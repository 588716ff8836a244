"""Everything of this process that keeps connections, so that a copy of the process can let go of them at once."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakSet


class Keeper(Protocol):
    """Keeps connections between calls."""

    def close(self) -> None:
        """Close them; it can be used on."""


_KEEPERS: WeakSet[Keeper] = WeakSet()


def keeps(keeper: Keeper) -> None:
    """Note something that keeps connections."""
    _KEEPERS.add(keeper)


def close_kept() -> None:
    """Close all connections of this process; the next calls open new ones."""
    for keeper in list(_KEEPERS):
        keeper.close()
