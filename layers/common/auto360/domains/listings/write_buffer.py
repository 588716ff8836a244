"""Write buffer of views and searches, flushed by a separate call during a later request.

Saves a write per read. Items that an instance has not flushed when the cloud ends it are lost: counts may be slightly
too low, never too high.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.providers.database import DatabaseUnavailable

_LOG = logging.getLogger("auto360.domains.listings")

Item = dict[str, Any]


class BatchSettings(EnvSettings):
    """Size of the buffer, and its longest age in seconds."""

    listing_batch_size: int = Field(50, ge=1, le=1000)
    listing_batch_seconds: int = Field(60, ge=0)


class Batch:
    """Buffer of distinct items."""

    def __init__(self, *, size: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._size, self._seconds, self._now = size, seconds, now
        self._items: dict[tuple[Any, ...], Item] = {}
        self._since = 0.0

    def add(self, item: Item, *, adds_up: str = "") -> None:
        """Add an item; equal items merge, with the numbers of the field `adds_up` added."""
        if not self._items:
            self._since = self._now()
        key = tuple(value for name, value in item.items() if name != adds_up)
        kept = self._items.setdefault(key, item)
        if adds_up and kept is not item:
            kept[adds_up] += item[adds_up]

    def flush(self, write: Callable[[list[Item]], object]) -> None:
        """Write the items that are due. They stay buffered during an outage, which fails no read."""
        try:
            with self.due() as items:
                if items is not None:
                    write(items)
        except DatabaseUnavailable as error:
            self._since = self._now()
            _LOG.warning("counts not written, kept: %s", error.reason)

    @contextmanager
    def due(self) -> Iterator[list[Item] | None]:
        """Yield the items to write now, or None while they can wait; they are kept if the block raises."""
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
