"""Wiring of the cache: Redis where REDIS_URL is set, else the memory of this process."""

from functools import cache

from auto360.container.rate_limit import redis_line
from auto360.providers.cache import Cache, CacheSettings


@cache
def cache_settings() -> CacheSettings:
    """Return the lifetimes of cached responses."""
    return CacheSettings.load()


@cache
def shared_cache() -> Cache:
    from auto360.providers.cache.memory import MemoryCache

    line = redis_line()
    if line is None:
        return MemoryCache()
    from auto360.providers.cache.redis import RedisCache

    return RedisCache(line, fallback=MemoryCache())
