"""Small things that happen at every reading, gathered in the process and written with a later call.

A reading then costs no write. What an instance has gathered and not written when the cloud ends it is lost: counts of
views and searches may be a little too low, never too high.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import Field

from auto360.core.settings import EnvSettings

Item = dict[str, Any]


class BatchSettings(EnvSettings):
    """How many views or searches one instance gathers, and for how many seconds at most."""

    listing_batch_size: int = Field(50, ge=1, le=1000)
    listing_batch_seconds: int = Field(60, ge=0)


class Batch:
    """Items that wait, each once."""

    def __init__(self, *, size: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._size, self._seconds, self._now = size, seconds, now
        self._items: dict[tuple[Any, ...], Item] = {}
        self._since = 0.0

    def add(self, item: Item, *, adds_up: str = "") -> None:
        """Keep an item; of two alike one is kept, with the numbers of the field `adds_up` added."""
        if not self._items:
            self._since = self._now()
        key = tuple(value for name, value in item.items() if name != adds_up)
        kept = self._items.setdefault(key, item)
        if adds_up and kept is not item:
            kept[adds_up] += item[adds_up]

    @contextmanager
    def due(self) -> Iterator[list[Item] | None]:
        """What is to be written now, or None while it can wait; it waits on if the block raises."""
        waited = self._now() - self._since >= self._seconds
        if not self._items or not (waited or len(self._items) >= self._size):
            yield None
            return
        items, self._items = self._items, {}
        try:
            yield list(items.values())
        except BaseException:
            self._items = {**items, **self._items}
            raise
