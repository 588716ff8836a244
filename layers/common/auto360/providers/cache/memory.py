"""Cache of this process, for instances without Redis. Other instances' writes show after expiry alone."""

import time
from collections import OrderedDict
from collections.abc import Callable

from auto360.providers.cache import Kept, entry, next_generation, text_of

_MAX_ENTRIES = 500


class MemoryCache:
    """`Cache` in a dictionary of bounded size; evicts the oldest entry first."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic, max_entries: int = _MAX_ENTRIES) -> None:
        self._now, self._max_entries = now, max_entries
        self._entries: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._generations: dict[str, int] = {}

    def get(self, key: str) -> str | None:
        ends_at, value = self._entries.get(key, (0.0, ""))
        return value if ends_at > self._now() else None

    def put(self, key: str, value: str, *, seconds: int) -> None:
        self._entries.pop(key, None)
        self._entries[key] = (self._now() + seconds, value)
        while len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def lookup(self, group: str, key: str) -> Kept:
        generation = self._generations.get(group, 0)
        return Kept(generation, text_of(generation, self.get(entry(group, key))))

    def expect(self, group: str, key: str) -> None:
        """Do nothing: a lookup here costs no exchange."""

    def invalidate(self, group: str) -> None:
        self._generations[group] = next_generation(self._generations.get(group, 0), now=time.time())
