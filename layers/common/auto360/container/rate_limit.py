"""Wiring of request limits: Redis where REDIS_URL is set, else Postgres."""

from functools import cache
from typing import TYPE_CHECKING

from pydantic import SecretStr

from auto360.container.data import database
from auto360.core.settings import EnvSettings
from auto360.providers.rate_limit import Limit, LimitSettings, RequestCounter

if TYPE_CHECKING:
    from auto360.providers.transport.redis_line import RedisLine


class RedisSettings(EnvSettings):
    """`REDIS_URL`, with its password if it has one."""

    redis_url: SecretStr | None = None


@cache
def limit(name: str) -> Limit:
    return LimitSettings.load().limit(name)


@cache
def redis_line() -> "RedisLine | None":
    """Return the line to Redis of this process, or None where REDIS_URL is not set."""
    settings = RedisSettings.load()
    if settings.redis_url is None:
        return None
    from auto360.providers.transport.redis_line import RedisLine

    return RedisLine(settings.redis_url.get_secret_value())


@cache
def request_counter() -> RequestCounter:
    """Return the counter of requests across all instances."""
    from auto360.providers.rate_limit.postgres import PostgresCounter

    counter = PostgresCounter(database())
    line = redis_line()
    if line is None:
        return counter
    from auto360.providers.rate_limit.redis import RedisCounter

    return RedisCounter(line, fallback=counter)
