"""Any other function on FastAPI, Mangum and supabase-py: its first request as `benchmarks.cold_start.firsts` tells it.

`TWIN` holds method, path, caller, the tables and SQL functions that are read, and the status. It checks and limits less
than ours does, and has no models of its responses.
"""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

import hashlib
import hmac
import json
import os
from typing import Any

import httpx
import jwt
import tokens
from common import call, make_app, supabase
from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from mangum import Mangum

TWIN = json.loads(os.environ["TWIN"])
SECRET = os.environ.get(TWIN["known_by"], "") if TWIN["known_by"] else ""
app = make_app()


def claims_of(request: Request) -> dict[str, Any]:
    """Return the claims of the caller's token."""
    try:
        claims: dict[str, Any] = tokens.check(request.headers.get("authorization", "").removeprefix("Bearer "))
    except (jwt.PyJWTError, KeyError, StopIteration):
        raise HTTPException(401, "authentication_required") from None
    return claims


def count(key: str) -> None:
    """Count the request."""
    if call("rate_limit_hit", {"p_key": key, "p_max_hits": 3000, "p_seconds": 60})["hits"] > 3000:
        raise HTTPException(429, "rate_limited")


def require_sender(body: bytes, request: Request) -> None:
    """Check a webhook's signature, or the secret in its address."""
    signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    shown = request.headers.get("x-api-video-signature", request.url.path.rpartition("/")[2])
    if not (hmac.compare_digest(shown, signed) or hmac.compare_digest(shown, SECRET)):
        raise HTTPException(TWIN["status"], "authentication_required")


@app.api_route(TWIN["path"], methods=[TWIN["method"]])
async def answer(request: Request) -> Response:
    """Check the caller, count, read, answer."""
    body, user = await request.body(), ""
    if TWIN["caller"]:
        user = claims_of(request)["sub"]
        count(f"default:user:{user}")
    elif TWIN["is_counted"]:
        count(f"address:address:{request.client.host if request.client else ''}")
    if SECRET:
        require_sender(body, request)
    data: Any = json.loads(body) if TWIN["method"] == "POST" and body.startswith(b"{") else None
    for function, arguments in TWIN["calls"]:
        given = {name: user if value == "{user}" else value for name, value in arguments.items()}
        data = call(function, given)
    if TWIN["fetches"]:
        httpx.get(os.environ["API_VIDEO_URL"] + TWIN["fetches"], auth=(os.environ["API_VIDEO_KEY"], ""))
    for table in TWIN["tables"]:
        data = supabase.table(table).select("*").limit(20).execute().data
    if TWIN["is_page"]:
        return HTMLResponse("<!doctype html><title>360Auto</title>", status_code=TWIN["status"])
    return JSONResponse({"success": TWIN["status"] < 300, "data": data}, status_code=TWIN["status"])


handler = Mangum(app, lifespan="off")
