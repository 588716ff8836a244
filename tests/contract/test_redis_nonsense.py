"""Redis that answers what was not asked for: cache and counter go on without it, and no request fails."""

from __future__ import annotations

import socket
import threading

import pytest

from auto360.providers.cache import Kept
from auto360.providers.cache.memory import MemoryCache
from auto360.providers.cache.redis import RedisCache
from auto360.providers.rate_limit import Count, Limit
from auto360.providers.rate_limit.redis import RedisCounter
from auto360.providers.transport.redis_line import RedisLine
from tests.support.odd_server import OddServer

LIMIT = Limit("default", 10, 60)
NONSENSE = {
    "nothing": b"$-1\r\n",
    "a number": b":5\r\n",
    "half a character": b"$2\r\n\xff\xfe\r\n",
    "one of two": b"*1\r\n$1\r\n5\r\n",
    "three": b"*3\r\n:1\r\n:1\r\n:1\r\n",
    "words": b"*2\r\n$3\r\nabc\r\n$3\r\nabc\r\n",
    "nothing twice": b"*2\r\n$-1\r\n$-1\r\n",
    "lists": b"*2\r\n*0\r\n*0\r\n",
    "an error inside": b"*2\r\n-ERR x\r\n-ERR y\r\n",
}


class Fallback:
    """Counter that always says the same."""

    def hit(self, _key: str, _limit: Limit) -> Count:
        return Count(hits=1, reset_in=60)


@pytest.fixture(params=NONSENSE)
def redis(request: pytest.FixtureRequest, odd_server: OddServer) -> RedisLine:
    """Return a line to a server that answers everything with the same nonsense."""

    def script(line: socket.socket, _over: threading.Event) -> None:
        while line.recv(65536):
            line.sendall(NONSENSE[request.param])

    odd_server.at_once, odd_server.script = True, script
    return RedisLine(odd_server.url.replace("http://", "redis://"), seconds=2)


def test_the_counter_counts_elsewhere(redis: RedisLine) -> None:
    counter = RedisCounter(redis, fallback=Fallback())
    for _ in range(2):
        assert counter.hit("me", LIMIT) == Count(hits=1, reset_in=60)


def test_the_cache_finds_what_the_process_knows(redis: RedisLine) -> None:
    cache = RedisCache(redis, fallback=MemoryCache())
    cache.put("a", "1", seconds=60)
    assert cache.get("a") in ("1", None)
    found = RedisCache(redis, fallback=MemoryCache()).lookup("feed", "k")
    assert (found.text, isinstance(found, Kept)) == (None, True)
    cache.invalidate("feed")
