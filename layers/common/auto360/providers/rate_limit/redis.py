"""Request counters in Redis with a fallback: a dead Redis delays requests but fails none."""

import logging
import time

from auto360.providers.rate_limit import Count, Limit, RequestCounter
from auto360.providers.transport.redis_line import RedisFailed, RedisLine

_LOG = logging.getLogger("auto360.providers.rate_limit")
_RETRY_AFTER_SECONDS = 30.0

# Counts and starts the window in one step, so that no key can stay without an end.
_HIT = """
local hits = redis.call('INCR', KEYS[1])
if hits == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {hits, redis.call('TTL', KEYS[1])}
"""


class RedisCounter:
    """`RequestCounter` on Redis. While Redis fails, `fallback` counts, and Redis is not tried for a while."""

    def __init__(self, line: RedisLine, *, fallback: RequestCounter) -> None:
        self._line, self._fallback = line, fallback
        self._retry_at = 0.0

    def hit(self, key: str, limit: Limit) -> Count:
        if time.monotonic() < self._retry_at:
            return self._fallback.hit(key, limit)
        try:
            return _count(self._line.run(("EVAL", _HIT, 1, f"limit:{limit.name}:{key}", limit.seconds)))
        except RedisFailed as failure:
            self._retry_at = time.monotonic() + _RETRY_AFTER_SECONDS
            _LOG.warning("redis unavailable, counting in the database: %s", failure)
            return self._fallback.hit(key, limit)


def _count(results: list[object]) -> Count:
    """Read what the script returns. Raises RedisFailed for anything else, such as of a server that is not ours."""
    match results:
        case [[int(hits), int(seconds)]]:
            return Count(hits=hits, reset_in=max(1, seconds))
    raise RedisFailed("odd_answer")
