"""Simulated edge of the CDN is no kinder than the real one: the provider's defaults leak here as they do there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aiohttp import web

from auto360.providers.cdn.yandex import _options
from local.simulators.edge_cache import EdgeCache
from local.simulators.edge_site import EdgeSite
from local.thread_server import serving
from tests.support.plain_http import plain_client
from tools.cdn.settings import wanted

NAMED = "/storage/v1/object/public/pictures/5/9f86d081884c7d65-720.webp"
FILM = "/media/films/9f86d081884c7d65.mp4"
DAY = 86_400


@dataclass
class Origin:
    """Origin that counts, and answers as a test wants."""

    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "public, max-age=31536000, immutable"})
    status: int = 200
    film: bytes = bytes(range(250)) * 4
    asked: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] += 1
        if request.path == FILM:
            self.ranges.append(request.headers.get("Range", ""))
            begin, end = (request.http_range.start or 0, request.http_range.stop or len(self.film))
            end = min(end, len(self.film))
            place = {"Content-Range": f"bytes {begin}-{end - 1}/{len(self.film)}"} if "Range" in request.headers else {}
            status = 206 if place else 200
            return web.Response(
                status=status, body=self.film[begin:end], headers={**self.headers, **place, "ETag": '"1"'}
            )
        caller = request.headers.get("Authorization", request.headers.get("Cookie", "guest"))
        return web.Response(status=self.status, text=f"{caller} {request.query_string}", headers=self.headers)


@dataclass
class Edge:
    """Edge before the origin, with a clock that stands still."""

    origin: Origin
    cache: EdgeCache
    resource: dict[str, Any]
    rules: list[dict[str, Any]]
    clock: list[float]
    http: httpx.Client
    site: EdgeSite

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=headers)

    def status_of(self, path: str, **headers: str) -> str:
        return str(self.get(path, **headers).headers["X-Cache-Status"])

    def later(self, seconds: float) -> None:
        self.clock[0] += seconds

    def apply_settings(self) -> None:
        self.resource.update(_options(wanted().caching))
        self.rules[:] = [
            {"weight": str(rule.weight), "rulePattern": rule.pattern, "options": _options(rule.caching)}
            for rule in wanted().rules
        ]


@pytest.fixture
def edge() -> Iterator[Edge]:
    origin, resource, rules, clock = Origin(), dict[str, Any](), list[dict[str, Any]](), [1000.0]
    cache = EdgeCache(lambda: resource, lambda: rules, lambda: clock[0])
    with serving(origin.application) as behind:
        site = EdgeSite(cache, lambda _: behind, slice_bytes=100)
        with serving(site.application) as url, plain_client(base_url=url) as http:
            yield Edge(origin, cache, resource, rules, clock, http, site)


def test_by_default_one_caller_gets_the_private_answer_of_another(edge: Edge) -> None:
    edge.origin.headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
    first = edge.get("/api/auth/me", Authorization="Bearer A")
    second = edge.get("/api/auth/me?fresh=1", Authorization="Bearer B")
    assert (first.text, second.text, second.headers["X-Cache-Status"]) == ("Bearer A ", "Bearer A ", "HIT")
    assert edge.cache.paths() == {"/api/auth/me"}
    edge.later(345_600)
    assert edge.cache.paths() == set()


def test_with_our_settings_nobody_does(edge: Edge) -> None:
    edge.apply_settings()
    for headers in ({"Cache-Control": "no-store"}, {"Cache-Control": "public, max-age=60"}, {}):
        edge.origin.headers = headers
        for caller in ("Bearer A", "Bearer B"):
            answer = edge.get("/api/auth/me", Authorization=caller)
            assert (answer.text, answer.headers["X-Cache-Status"]) == (f"{caller} ", "BYPASS")


@pytest.mark.parametrize("status", [301, 302])
def test_a_simple_number_of_seconds_keeps_redirects_too(edge: Edge, status: int) -> None:
    edge.resource["edgeCacheSettings"] = {"enabled": True, "value": {"simpleValue": "60"}}
    edge.origin.status, edge.origin.headers = status, {"Location": "https://example.com/", "Cache-Control": "no-store"}
    assert [edge.status_of("/api/video/1/manifest.m3u8") for _ in range(2)] == ["MISS", "HIT"]
    edge.later(60)
    assert edge.status_of("/api/video/1/manifest.m3u8") == "EXPIRED"


def test_a_redirect_is_followed_only_where_that_is_switched_on(edge: Edge) -> None:
    edge.resource["followRedirects"] = {"enabled": True}
    edge.origin.status, edge.origin.headers = 302, {"Location": f"{str(edge.http.base_url).rstrip('/')}{FILM}"}
    assert len(edge.get("/lasting").content) == len(edge.origin.film)


def test_queries_and_cookies_tell_files_apart_only_where_that_is_switched_on(edge: Edge) -> None:
    assert edge.get("/a?x=1").text == edge.get("/a?x=2", Cookie="session=2").text == "guest x=1"
    edge.resource["queryParamsOptions"] = {"ignoreQueryString": {"enabled": True, "value": False}}
    edge.resource["ignoreCookie"] = {"enabled": True, "value": False}
    assert [edge.get(f"/a?x={n}").text for n in (1, 2)] == ["guest x=1", "guest x=2"]
    assert edge.get("/a?x=1", Cookie="session=2").text == "session=2 x=1"


def test_errors_are_kept_only_where_a_code_is_named(edge: Edge) -> None:
    edge.apply_settings()
    edge.origin.status = 404
    assert [edge.status_of(NAMED) for _ in range(2)] == ["MISS", "MISS"]
    edge.rules[0]["options"]["edgeCacheSettings"]["value"]["customValues"]["any"] = "10"
    assert [edge.status_of(NAMED) for _ in range(2)] == ["MISS", "HIT"]


def test_an_ended_file_is_served_after_an_error_that_the_settings_name(edge: Edge) -> None:
    edge.origin.headers = {"Cache-Control": "public, max-age=60"}
    edge.resource["stale"] = {"enabled": True, "value": ["http_500"]}
    assert edge.status_of("/a") == "MISS"
    edge.later(60)
    edge.origin.status = 500
    assert edge.status_of("/a") == "STALE"
    edge.resource["stale"] = {"enabled": True, "value": []}
    assert edge.get("/a").status_code == 500


def test_by_default_an_ended_file_is_served_while_the_origin_is_silent(edge: Edge) -> None:
    edge.origin.headers = {"Cache-Control": "public, max-age=60"}
    assert edge.status_of("/a") == "MISS"
    edge.later(60)
    edge.site.origin_of = lambda _: "http://127.0.0.1:9"
    assert edge.status_of("/a") == "STALE"
    edge.resource["stale"] = {"enabled": True, "value": []}
    assert edge.get("/a").status_code == 502


def test_a_picture_is_kept_for_a_year_and_on_phones_for_a_day(edge: Edge) -> None:
    edge.apply_settings()
    first, second = edge.get(NAMED, Authorization="Bearer A"), edge.get(NAMED, Authorization="Bearer B")
    assert [each.headers["X-Cache-Status"] for each in (first, second)] == ["MISS", "HIT"]
    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == f"max-age={DAY}, public"
    assert edge.origin.asked[NAMED] == 1


def test_what_nobody_asks_for_leaves_after_36_hours(edge: Edge) -> None:
    edge.apply_settings()
    edge.get(NAMED)
    edge.later(35 * 3600)
    assert edge.status_of(NAMED) == "HIT"
    edge.later(36 * 3600)
    assert edge.status_of(NAMED) == "MISS"


def test_a_purge_removes_every_query_of_a_path_some_time_later(edge: Edge) -> None:
    edge.apply_settings()
    for query in ("", "?v=1"):
        edge.get(NAMED + query)
    edge.cache.purge([NAMED], in_seconds=900)
    assert edge.status_of(NAMED) == "HIT"
    edge.later(900)
    assert [edge.status_of(NAMED + query) for query in ("", "?v=1")] == ["MISS", "MISS"]


def test_a_purge_of_the_exact_path_misses_answers_that_vary(edge: Edge) -> None:
    edge.apply_settings()
    edge.origin.headers |= {"Vary": "Accept-Encoding"}
    edge.get(NAMED)
    edge.cache.purge([NAMED])
    assert edge.status_of(NAMED) == "HIT"
    edge.cache.purge([f"{NAMED}*"])
    assert edge.status_of(NAMED) == "MISS"


def test_a_seek_in_a_film_fetches_the_parts_that_it_needs(edge: Edge) -> None:
    edge.apply_settings()
    answer = edge.get(FILM, Range="bytes=350-449")
    assert (answer.status_code, answer.content) == (206, edge.origin.film[350:450])
    assert answer.headers["Content-Range"] == "bytes 350-449/1000"
    assert sorted(edge.origin.ranges) == ["bytes=0-99", "bytes=300-399", "bytes=400-499"]
    assert edge.status_of(FILM, Range="bytes=420-430") == "HIT"
    whole = edge.get(FILM)
    assert (whole.status_code, whole.content) == (200, edge.origin.film)
    edge.rules[2]["options"].pop("slice")
    edge.cache.purge([])
    edge.origin.ranges.clear()
    assert edge.get(FILM, Range="bytes=350-449").content == edge.origin.film[350:450]
    assert edge.origin.ranges == [""]


def test_parts_of_two_versions_of_a_film_are_never_joined(edge: Edge) -> None:
    edge.apply_settings()
    assert edge.get(FILM, Range="bytes=0-50").status_code == 206
    edge.origin.film = bytes(700)
    assert edge.get(FILM, Range="bytes=0-650").status_code == 502
    assert edge.get(FILM, Range="bytes=0-650").content == bytes(651)


def test_a_method_that_the_settings_do_not_name_is_refused(edge: Edge) -> None:
    edge.apply_settings()
    assert edge.http.post("/api/auth/request-code").status_code == 405
