"""Cache in Redis, shared by all instances; falls back to a cache of the process while Redis fails."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from auto360.providers.cache import Cache, Kept, entry, text_of
from auto360.providers.transport.redis_line import Command, RedisFailed, RedisLine, kind_of

_LOG = logging.getLogger("auto360.providers.cache")
_RETRY_AFTER_SECONDS = 30.0
_Result = TypeVar("_Result")

# `next_generation` in one step, so that two parallel writes begin two generations.
_BEGIN = """
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
return redis.call('SET', KEYS[1], string.format('%.0f', math.max(last + 1, tonumber(ARGV[1]))))
"""


class RedisCache:
    """`Cache` on Redis. While Redis fails, `fallback` serves, and Redis is not tried for a while."""

    def __init__(self, line: RedisLine, *, fallback: Cache) -> None:
        self._line, self._fallback = line, fallback
        self._retry_at = 0.0

    def get(self, key: str) -> str | None:
        return self._try(lambda: _text(self._line.run(("GET", f"cache:{key}"))[0]), lambda: self._fallback.get(key))

    def put(self, key: str, value: str, *, seconds: int) -> None:
        if seconds > 0:
            self._try(
                lambda: self._line.run(("SET", f"cache:{key}", value, "EX", seconds)),
                lambda: self._fallback.put(key, value, seconds=seconds),
            )

    def lookup(self, group: str, key: str) -> Kept:
        """Return both in one exchange."""

        def ask() -> Kept:
            generation, kept = (_text(found) for found in self._line.run(_lookup(group, key))[0])
            return Kept(int(generation or 0), text_of(int(generation or 0), kept))

        return self._try(ask, lambda: self._fallback.lookup(group, key))

    def expect(self, group: str, key: str) -> None:
        self._line.expect(_lookup(group, key))

    def invalidate(self, group: str) -> None:
        """Start a new generation, in the fallback as well."""
        self._fallback.invalidate(group)
        now = int(time.time() * 1000)
        self._try(lambda: self._line.run(("EVAL", _BEGIN, 1, f"cache-generation:{group}", now)), list)

    def _try(self, query: Callable[[], _Result], instead: Callable[[], _Result]) -> _Result:
        if time.monotonic() >= self._retry_at:
            try:
                return query()
            except (RedisFailed, ValueError, TypeError) as failure:
                # An answer of another form is none: this may be somebody else's Redis.
                self._retry_at = time.monotonic() + _RETRY_AFTER_SECONDS
                _LOG.warning("redis unavailable, caching in the process: %s", kind_of(failure))
        return instead()


def _lookup(group: str, key: str) -> Command:
    return ("MGET", f"cache-generation:{group}", f"cache:{entry(group, key)}")


def _text(found: object) -> str | None:
    return found.decode() if isinstance(found, bytes) else None
