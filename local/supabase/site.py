"""Site of the project: every service below its path, open to pages of any origin, and 501 for unsupported routes."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from local.origin_check import Handler
from local.supabase.auth import Auth
from local.supabase.keys import ProjectKeys
from local.supabase.realtime.feed import Feed
from local.supabase.realtime.service import Realtime
from local.supabase.rest import Rest
from local.supabase.storage.files import Files
from local.supabase.storage.rows import Rows
from local.supabase.storage.service import Storage, not_here

# Above every limit of a bucket, so that Storage itself refuses large files.
_MAX_BYTES = 1024**3
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"


@dataclass(frozen=True)
class Project:
    """Dependencies of the services of one project."""

    keys: ProjectKeys
    postgrest: str
    database: str = field(repr=False)
    files: Files


def application(project: Project) -> web.Application:
    """Build the site of a project."""
    app = web.Application(middlewares=[_any_origin], client_max_size=_MAX_BYTES)
    app.router.add_get("/_local/ready", _ready)
    Rest(project.keys, project.postgrest).add_routes(app)
    Auth(project.keys, project.database).add_routes(app)
    Storage(project.keys, Rows(project.database), project.files).add_routes(app)
    Realtime(project.keys, Feed(project.database)).add_routes(app)
    app.router.add_route("*", r"/functions/v1/{path:[\s\S]*}", _no_such_function)
    app.router.add_route("*", r"/{path:[\s\S]*}", not_here)
    return app


@web.middleware
async def _any_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "OPTIONS" and not request.path.startswith("/rest/v1"):
        answer: web.StreamResponse = web.Response()
        answer.headers["Access-Control-Allow-Methods"] = _METHODS
        answer.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "*")
    else:
        answer = await handler(request)
    if not answer.prepared:
        answer.headers.setdefault("Access-Control-Allow-Origin", "*")
    return answer


async def _ready(_request: web.Request) -> web.Response:
    return web.json_response({"ready": True})


async def _no_such_function(_request: web.Request) -> web.Response:
    body = {"code": "NOT_FOUND", "message": "Requested function was not found"}
    return web.json_response(body, status=404)
