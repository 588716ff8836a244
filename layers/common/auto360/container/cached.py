"""Wiring of the cache: Redis where REDIS_URL is set, else the memory of this process."""

from functools import cache

from auto360.container.rate_limit import redis_client
from auto360.providers.cache import Cache, CacheSettings


@cache
def cache_settings() -> CacheSettings:
    """Return the lifetimes of cached responses."""
    return CacheSettings.load()


@cache
def shared_cache() -> Cache:
    from auto360.providers.cache.memory import MemoryCache

    client = redis_client()
    if client is None:
        return MemoryCache()
    from auto360.providers.cache.redis import RedisCache

    return RedisCache(client, fallback=MemoryCache())
