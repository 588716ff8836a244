"""Cache in Redis, shared by all instances; falls back to a cache of the process while Redis fails."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis
from redis.exceptions import RedisError

from auto360.providers.cache import Cache, Kept, entry, text_of

_LOG = logging.getLogger("auto360.providers.cache")
_RETRY_AFTER_SECONDS = 30.0
_Result = TypeVar("_Result")

# `next_generation` in one step, so that of two writes at once each begins a generation.
_BEGIN = """
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
return redis.call('SET', KEYS[1], string.format('%.0f', math.max(last + 1, tonumber(ARGV[1]))))
"""


class RedisCache:
    """`Cache` on Redis. While Redis fails, `fallback` serves, and Redis is not tried for a while."""

    def __init__(self, client: Redis, *, fallback: Cache) -> None:
        self._client, self._fallback = client, fallback
        self._retry_at = 0.0

    def get(self, key: str) -> str | None:
        kept = self._try(lambda: self._client.get(f"cache:{key}"), lambda: self._fallback.get(key))
        return kept.decode() if isinstance(kept, bytes) else kept

    def put(self, key: str, value: str, *, seconds: int) -> None:
        if seconds > 0:
            self._try(
                lambda: self._client.set(f"cache:{key}", value, ex=seconds),
                lambda: self._fallback.put(key, value, seconds=seconds),
            )

    def lookup(self, group: str, key: str) -> Kept:
        """Return both in one exchange."""
        names = [f"cache-generation:{group}", f"cache:{entry(group, key)}"]

        def ask() -> Kept:
            generation, kept = (_text(found) for found in self._client.mget(names))
            return Kept(int(generation or 0), text_of(int(generation or 0), kept))

        return self._try(ask, lambda: self._fallback.lookup(group, key))

    def invalidate(self, group: str) -> None:
        """Start a new generation, in the fallback as well."""
        self._fallback.invalidate(group)
        now = int(time.time() * 1000)
        self._try(lambda: self._client.eval(_BEGIN, 1, f"cache-generation:{group}", now), lambda: None)

    def _try(self, query: Callable[[], _Result], instead: Callable[[], _Result]) -> _Result:
        if time.monotonic() >= self._retry_at:
            try:
                return query()
            except RedisError as error:
                self._retry_at = time.monotonic() + _RETRY_AFTER_SECONDS
                _LOG.warning("redis unavailable, caching in the process: %s", type(error).__name__)
        return instead()


def _text(found: object) -> str | None:
    return found.decode() if isinstance(found, bytes) else None
