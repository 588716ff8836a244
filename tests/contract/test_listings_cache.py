"""Contract of every cache, in the process and in Redis; and the feed while Redis dies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from auto360.providers.cache import Cache, Kept, keep, remembered
from auto360.providers.cache.memory import MemoryCache
from auto360.providers.cache.redis import RedisCache
from auto360.providers.database import round_trips
from auto360.providers.transport.redis_line import Command, RedisLine
from local.redis_server import RedisServer
from tests.support.database import Database
from tests.support.functions import ADDRESS, Functions
from tests.support.logs import log_folder
from tests.support.ports import own_ports
from tests.support.sellers import LISTINGS, anonymous, car, new_seller


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Yield a Redis of its own."""
    server = RedisServer(own_ports().redis, tmp_path / "redis", log_folder("redis") / "redis.log")
    server.start()
    server.wait()
    yield server
    server.stop()


def redis_cache(server: RedisServer) -> RedisCache:
    """Return a cache in that Redis."""
    return RedisCache(RedisLine(server.url), fallback=MemoryCache())


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> Cache:
    """Each cache in turn."""
    if request.param == "memory":
        return MemoryCache()
    return redis_cache(request.getfixturevalue("redis_server"))


def test_what_was_put_is_there(cache: Cache) -> None:
    cache.put("a", '{"price": "сом"}', seconds=60)
    assert (cache.get("a"), cache.get("b")) == ('{"price": "сом"}', None)
    cache.put("a", "2", seconds=60)
    assert cache.get("a") == "2"


def test_nothing_is_kept_for_no_time(cache: Cache) -> None:
    cache.put("a", "1", seconds=0)
    assert cache.get("a") is None


def test_a_write_makes_its_group_anew_and_no_other(cache: Cache) -> None:
    made: list[str] = []

    def ask(group: str) -> object:
        def make() -> dict[str, str]:
            made.append(group)
            return {"group": group}

        return remembered(cache, group, "k", seconds=60, make=make)

    for _ in range(2):
        assert ask("feed") == {"group": "feed"}
        assert ask("profiles") == {"group": "profiles"}
    cache.invalidate("feed")
    ask("feed")
    ask("profiles")
    assert made == ["feed", "profiles", "feed"]


def test_what_is_too_old_is_gone() -> None:
    now = [100.0]
    cache = MemoryCache(now=lambda: now[0])
    cache.put("a", "1", seconds=10)
    now[0] = 110.1
    assert cache.get("a") is None


def test_the_cache_of_a_process_does_not_grow_without_end() -> None:
    cache = MemoryCache(max_entries=3)
    for number in range(5):
        cache.put(str(number), "x", seconds=60)
    assert [cache.get(str(number)) for number in range(5)] == [None, None, "x", "x", "x"]


def test_instances_share_redis_and_a_dead_one_fails_nothing(redis_server: RedisServer) -> None:
    one, other = redis_cache(redis_server), redis_cache(redis_server)
    one.put("a", "1", seconds=60)
    one.invalidate("feed")
    generation = one.lookup("feed", "k").generation
    assert (other.get("a"), other.lookup("feed", "k")) == ("1", Kept(generation, None))
    assert generation > 0
    redis_server.stop()
    for cache in (one, other):
        assert cache.get("a") is None
        cache.put("a", "2", seconds=60)
        cache.invalidate("feed")
        assert (cache.get("a"), cache.lookup("feed", "k").generation > 0) == ("2", True)


def test_no_request_fails_when_redis_dies_in_the_middle(
    functions: Functions, database: Database, redis_server: RedisServer
) -> None:
    functions.set(REDIS_URL=redis_server.url)
    seller = new_seller(functions, database)
    for number in range(6):
        if number == 3:
            redis_server.stop()
        seller.posted(car(title=f"Камри {number}"))
        page = anonymous(functions, LISTINGS, query={"seller": seller.id})
        newest = page.body["data"]["listings"][0]
        assert newest["title"] == f"Камри {number}"
        assert page.headers["RateLimit-Limit"] == "3000"
        assert seller.read(newest["id"]).status == 200


READS = {
    "session": "/api/auth/me",
    "listings": "/api/listings/mine",
    "chat": "/api/chat/threads",
    "notifications": "/api/notifications",
}


def test_a_signed_in_read_makes_one_round_trip_to_the_database(
    functions: Functions, database: Database, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.set(REDIS_URL=redis_server.url)
    seller = new_seller(functions, database)
    exchanges = counted(monkeypatch)
    for function, path in READS.items():
        exchanges.clear()
        assert functions.get(function, path, token=seller.token).status == 200
        assert (function, len(exchanges), round_trips()) == (function, 1, 1)


def test_a_guests_page_comes_with_the_count_of_the_request(
    functions: Functions, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.set(REDIS_URL=redis_server.url)
    first = anonymous(functions, LISTINGS, query={"sort": "newest"}, address=ADDRESS)
    exchanges = counted(monkeypatch)

    again = anonymous(functions, LISTINGS, query={"sort": "newest"}, address=ADDRESS)

    assert again.body == first.body
    assert int(first.headers["RateLimit-Remaining"]) - int(again.headers["RateLimit-Remaining"]) == 1
    assert ([len(commands) for commands in exchanges], round_trips()) == ([2], 0)


def test_a_page_that_was_expected_in_vain_is_not_shown_to_the_next(redis_server: RedisServer) -> None:
    cache = redis_cache(redis_server)
    generation = cache.lookup("feed", "k").generation
    keep(cache, "feed", "k", "old", generation=generation, seconds=60)
    cache.expect("feed", "k")
    cache.get("other")
    cache.expect("feed", "k")
    keep(cache, "feed", "k", "new", generation=generation, seconds=60)
    assert cache.lookup("feed", "k").text == "new"


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Command]]:
    """Return the list that gets the commands of each exchange with Redis from now on."""
    exchanges: list[Sequence[Command]] = []
    run = RedisLine._run

    def noted(line: RedisLine, commands: Sequence[Command]) -> list[Any]:
        exchanges.append(commands)
        return run(line, commands)

    monkeypatch.setattr(RedisLine, "_run", noted)
    return exchanges
