"""`/rest/v1`: PostgREST behind the gateway of a hosted project, which requires an API key."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from yarl import URL

from local.supabase.keys import BadKey, ProjectKeys

PREFIX = "/rest/v1"
_SESSION = web.AppKey("rest_session", aiohttp.ClientSession)
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "date"})


class Rest:
    """Forwards requests to PostgREST."""

    def __init__(self, keys: ProjectKeys, postgrest: str) -> None:
        self._keys, self._postgrest = keys, postgrest

    def add_routes(self, app: web.Application) -> None:
        """Put the service into the site."""
        app.cleanup_ctx.append(_session)
        app.router.add_route("*", PREFIX + r"{path:(?:/[\s\S]*)?}", self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Forward one request to PostgREST."""
        api_key = request.headers.get("apikey") or request.query.get("apikey")
        try:
            token = self._keys.bearer(api_key, request.headers.get("Authorization"))
        except BadKey as refused:
            return web.json_response(refused.body, status=401)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        headers.pop("Authorization", None)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return await self._passed_on(request, headers)

    async def _passed_on(self, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        target = URL(self._postgrest + self._path(request), encoded=True)
        body = request.content if request.body_exists else None
        async with request.app[_SESSION].request(
            request.method, target, headers=headers, data=body, allow_redirects=False
        ) as found:
            kept = [(name, value) for name, value in found.headers.items() if name.lower() not in _HOP_BY_HOP]
            answer = web.StreamResponse(status=found.status)
            for name, value in kept:
                answer.headers.add(name, value)
            await answer.prepare(request)
            async for chunk in found.content.iter_any():
                await answer.write(chunk)
            await answer.write_eof()
            return answer

    @staticmethod
    def _path(request: web.Request) -> str:
        path, _, query = request.raw_path.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair and not pair.startswith("apikey="))
        return (path.removeprefix(PREFIX) or "/") + (f"?{kept}" if kept else "")


async def _session(app: web.Application) -> AsyncIterator[None]:
    app[_SESSION] = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=120))
    yield
    await app[_SESSION].close()
