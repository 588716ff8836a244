"""Port to the cache: answers shared by many callers, for minutes (docs/reference/limits.md)."""

import json
import time
from collections.abc import Callable
from typing import Any, Protocol

from pydantic import Field

from auto360.core.settings import EnvSettings


class Cache(Protocol):
    """Keeps JSON texts for a while. May forget any of them at any time; never fails."""

    def get(self, key: str) -> str | None:
        """Return the value, or None when it expired or was forgotten."""

    def put(self, key: str, value: str, *, seconds: int) -> None:
        """Keep a text for `seconds`."""

    def generation(self, group: str) -> int:
        """Return the current generation of a group of keys: its beginning in Unix milliseconds, or 0."""

    def invalidate(self, group: str) -> None:
        """Start a new generation: keys of older ones are no longer found."""


def next_generation(last: int, *, now: float) -> int:
    """Return the generation that begins at `now`, above the last one whatever the clocks say."""
    return max(last + 1, int(now * 1000))


class CacheSettings(EnvSettings):
    """Lifetimes of cached answers in seconds (docs/reference/limits.md)."""

    cache_feed_seconds: int = Field(300, ge=0)
    cache_profile_seconds: int = Field(900, ge=0)
    cache_categories_seconds: int = Field(3600, ge=0)
    cache_popular_searches_seconds: int = Field(600, ge=0)
    cache_statistics_seconds: int = Field(1800, ge=0)


def remembered(
    cache: Cache,
    group: str,
    key: str,
    *,
    seconds: int,
    make: Callable[[], Any],
    settles_in: int = 0,
    now: Callable[[], float] = time.time,
) -> Any:
    """Return a JSON value from the cache, else make and keep it. Writes invalidate the group, not single keys.

    For `settles_in` seconds after a write a value may still be made from what was there before: it is kept for no
    longer than that.
    """
    generation = cache.generation(group)
    whole = f"{group}:{generation}:{key}"
    kept = cache.get(whole)
    if kept is not None:
        return json.loads(kept)
    value = make()
    if now() - generation / 1000 < settles_in:
        seconds = min(seconds, settles_in)
    cache.put(whole, json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str), seconds=seconds)
    return value
