"""The port to the cache: answers that many callers share, for minutes (audit, §7.2)."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from pydantic import Field

from auto360.core.settings import EnvSettings


class Cache(Protocol):
    """Keeps JSON texts for a while. It may forget any of them at any time, and never fails."""

    def get(self, key: str) -> str | None:
        """What was put, unless it is too old or forgotten."""

    def put(self, key: str, value: str, *, seconds: int) -> None:
        """Keep a text for so many seconds."""

    def generation(self, group: str) -> int:
        """The present generation of a group of keys."""

    def invalidate(self, group: str) -> None:
        """Begin a new generation: keys made with an older one are not found any more."""


class CacheSettings(EnvSettings):
    """Seconds for which answers are kept (audit, §7.2)."""

    cache_feed_seconds: int = Field(300, ge=0)
    cache_profile_seconds: int = Field(900, ge=0)
    cache_categories_seconds: int = Field(3600, ge=0)
    cache_popular_searches_seconds: int = Field(600, ge=0)
    cache_statistics_seconds: int = Field(1800, ge=0)


def remembered(cache: Cache, group: str, key: str, *, seconds: int, make: Callable[[], Any]) -> Any:
    """A JSON value from the cache, else made and kept. Writes invalidate the group, not single keys."""
    whole = f"{group}:{cache.generation(group)}:{key}"
    kept = cache.get(whole)
    if kept is not None:
        return json.loads(kept)
    value = make()
    cache.put(whole, json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str), seconds=seconds)
    return value
