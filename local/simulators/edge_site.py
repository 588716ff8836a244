"""Edge of the CDN before the gateway and the project's storage; `X-Cache-Status` names the source of an answer.

Requests count as HTTPS. Simulated: options and rules, ranges and slices, followed redirects, stale answers.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from local.ports import HOST
from local.simulators import edge_options
from local.simulators.edge_cache import EdgeCache, Headers, Kept, Key
from local.simulators.edge_options import Options

SLICE_BYTES = 10 * 1024 * 1024
_HOP_BY_HOP = {"connection", "content-length", "content-encoding", "keep-alive", "transfer-encoding", "upgrade", "host"}
_CONDITIONS = {"if-none-match", "if-modified-since", "if-range", "range"}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_NO_ORIGIN = 502
Fetched = tuple[int, Headers, bytes]


Context = Callable[[web.Application], AsyncIterator[None]]


class OriginSilent(Exception):
    """Origin did not answer."""


class FileChanged(Exception):
    """Two parts of one file have different versions."""


@dataclass
class EdgeSite:
    """Site of one edge. `origin_of` names the origin of a path."""

    cache: EdgeCache
    origin_of: Callable[[str], str]
    slice_bytes: int = SLICE_BYTES
    _session: list[aiohttp.ClientSession] = field(default_factory=list, init=False)

    def application(self) -> web.Application:
        """Return the site."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", r"/{path:[\s\S]*}", self.handle)
        app.on_cleanup.append(self._close)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of a viewer."""
        options = self.cache.options(request.path)
        self.cache.counts["edge"] += 1
        if request.method not in edge_options.methods(options):
            return web.Response(status=405)
        try:
            if request.method == "HEAD" or not self._may_keep(request, options):
                return self._answer(request, options, _kept(await self._fetch(request)), "BYPASS")
            if request.method == "GET" and edge_options.value(options, "slice", default=False):
                return await self._sliced(request, options)
            kept, status = await self._whole(request, options)
            return self._answer(request, options, kept, status)
        except OriginSilent:
            return web.Response(status=_NO_ORIGIN, headers={"X-Cache-Status": "MISS"})
        except FileChanged:
            self.cache.drop(request.path)
            return web.Response(status=_NO_ORIGIN, headers={"X-Cache-Status": "MISS"})

    def _may_keep(self, request: web.Request, options: Options) -> bool:
        return request.method in edge_options.kept_methods(options) and edge_options.may_keep(options)

    async def _whole(self, request: web.Request, options: Options) -> tuple[Kept, str]:
        key, accepted = self._key(request, options), request.headers.get("Accept-Encoding", "")
        known = self.cache.find(key, accepted)
        if known is not None and self.cache.is_fresh(known):
            return known, "HIT"
        try:
            fetched = await self._fetch(request, keeps=True)
            if fetched[0] in (301, 302, 303, 307, 308) and options.get("followRedirects", {}).get("enabled"):
                fetched = await self._fetch(request, keeps=True, url=CIMultiDict(fetched[1])["Location"])
        except OriginSilent:
            if known is None or not edge_options.serves_stale(options, None):
                raise
            return known, "STALE"
        if known is not None and edge_options.serves_stale(options, fetched[0]):
            return known, "STALE"
        kept = self._remembered(key, options, fetched, accepted)
        return kept, "MISS" if known is None else "EXPIRED"

    async def _sliced(self, request: web.Request, options: Options) -> web.Response:
        """Fetch and cache a file in parts; one whose origin does not support ranges is cached whole."""
        first = await self._part(request, options, 0)
        if first[0].status != 206:
            return self._answer(request, options, *first)
        total = first[0].total
        begin, end = _range(request.headers.get("Range", ""), total) or (0, total)
        numbers = range(begin // self.slice_bytes, (end - 1) // self.slice_bytes + 1)
        rest = await asyncio.gather(*(self._part(request, options, number) for number in numbers if number))
        parts = [each for each in (first, *rest) if each is not first or 0 in numbers]
        if len({(part.header("ETag"), part.total) for part, _ in parts}) > 1:
            raise FileChanged
        body = b"".join(part.body for part, _ in parts)[begin - numbers[0] * self.slice_bytes :][: end - begin]
        status = "HIT" if all(each == "HIT" for _, each in parts) else "MISS"
        is_range = _range(request.headers.get("Range", ""), total) is not None
        headers = [pair for pair in first[0].headers if pair[0].lower() != "content-range"]
        if is_range:
            headers.append(("Content-Range", f"bytes {begin}-{end - 1}/{total}"))
        return self._sent(options, 206 if is_range else 200, tuple(headers), body, status)

    async def _part(self, request: web.Request, options: Options, number: int) -> tuple[Kept, str]:
        key, accepted = self._key(request, options, part=number), request.headers.get("Accept-Encoding", "")
        known = self.cache.find(key, accepted)
        if known is not None and self.cache.is_fresh(known):
            return known, "HIT"
        begin = number * self.slice_bytes
        wanted = {"Range": f"bytes={begin}-{begin + self.slice_bytes - 1}"}
        return self._remembered(key, options, await self._fetch(request, keeps=True, headers=wanted), accepted), "MISS"

    def _remembered(self, key: Key, options: Options, fetched: Fetched, accepted: str) -> Kept:
        kept = _kept(fetched)
        seconds = edge_options.kept_seconds(options, kept.status, CIMultiDict(kept.headers))
        if seconds:
            now = self.cache.now()
            kept.ends_at, kept.used_at = now + seconds, now
            kept.encoding = accepted if "accept-encoding" in (kept.header("Vary") or "").lower() else None
            self.cache.keep(key, kept)
        return kept

    def _key(self, request: web.Request, options: Options, *, part: int | None = None) -> Key:
        query = edge_options.query_key(options, request.rel_url.raw_query_string)
        return Key(request.path, query, edge_options.cookie_key(options, request.headers.get("Cookie", "")), part)

    def _answer(self, request: web.Request, options: Options, kept: Kept, cache_status: str) -> web.Response:
        headers, body, status = kept.headers, kept.body, kept.status
        if cache_status != "BYPASS" and status == 200:
            tag = kept.header("ETag")
            if tag and tag in request.headers.get("If-None-Match", ""):
                return self._sent(options, 304, headers, b"", cache_status)
            wanted = _range(request.headers.get("Range", ""), len(body))
            if wanted:
                headers = (*headers, ("Content-Range", f"bytes {wanted[0]}-{wanted[1] - 1}/{len(body)}"))
                body, status = body[wanted[0] : wanted[1]], 206
        return self._sent(options, status, headers, body, cache_status)

    def _sent(self, options: Options, status: int, headers: Headers, body: bytes, cache_status: str) -> web.Response:
        self.cache.counts[cache_status.lower()] += 1
        sent = CIMultiDict(headers)
        control = edge_options.viewer_cache_control(options, status, sent.get("Cache-Control"))
        if control:
            sent["Cache-Control"] = control
        if edge_options.value(options, "cors", default=None):
            sent["Access-Control-Allow-Origin"] = options["cors"]["value"][0]
        sent["X-Cache-Status"] = cache_status
        return web.Response(status=status, headers=sent, body=body or None)

    async def _fetch(
        self, request: web.Request, *, keeps: bool = False, headers: dict[str, str] | None = None, url: str = ""
    ) -> Fetched:
        """Query the origin, without the conditions of a cacheable request."""
        left_out = _HOP_BY_HOP | (_CONDITIONS if keeps else set())
        sent = [(name, told) for name, told in request.headers.items() if name.lower() not in left_out]
        address = URL(url or self.origin_of(request.path) + request.raw_path, encoded=True)
        self.cache.counts["origin"] += 1
        if not self._session:
            self._session.append(aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(60)))
        try:
            async with self._session[0].request(
                request.method,
                address,
                headers=[*sent, *(headers or {}).items()],
                data=await request.read(),
                allow_redirects=False,
            ) as answer:
                told = [(name, text) for name, text in answer.headers.items() if name.lower() not in _HOP_BY_HOP]
                encoding = [("Content-Encoding", text) for text in answer.headers.getall("Content-Encoding", [])]
                return answer.status, (*told, *encoding), await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OriginSilent from error

    async def _close(self, _app: web.Application) -> None:
        for session in self._session:
            await session.close()


def _kept(fetched: Fetched) -> Kept:
    status, headers, body = fetched
    place = CIMultiDict(headers).get("Content-Range", "").rpartition("/")[2]
    return Kept(status, headers, body, 0, 0, total=int(place) if place.isdigit() else len(body))


def _range(asked: str, total: int) -> tuple[int, int] | None:
    """Return begin and end of one requested range; None for the whole file, or an invalid range."""
    match = _RANGE.fullmatch(asked)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        begin, end = max(0, total - int(match[2])), total
    else:
        begin, end = int(match[1]), min(int(match[2]) + 1 if match[2] else total, total)
    return (begin, end) if begin < end else None


def served_beside(edge: EdgeSite, port: int) -> Context:
    """Return a context that serves the edge on a separate port for the life of another site."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        runner = web.AppRunner(edge.application(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, HOST, port, backlog=2048).start()
        yield
        await runner.cleanup()

    return context
