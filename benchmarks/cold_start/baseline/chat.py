"""GET /api/chat/threads on FastAPI, Mangum and supabase-py: the request counter and one page of conversations."""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

from typing import Any

import jwt
import tokens
from common import call, make_app
from fastapi import HTTPException, Request
from mangum import Mangum
from pydantic import BaseModel

app = make_app()


class Threads(BaseModel):
    """Envelope."""

    success: bool = True
    data: Any


@app.get("/api/chat/threads")
def threads(request: Request) -> Threads:
    """List the caller's conversations."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims = tokens.check(token)
    except (jwt.PyJWTError, KeyError, StopIteration):
        raise HTTPException(401, "authentication_required") from None
    count = call("rate_limit_hit", {"p_key": f"default:user:{claims['sub']}", "p_max_hits": 100, "p_seconds": 900})
    if count["hits"] > 100:
        raise HTTPException(429, "rate_limited")
    first = {"p_before": "infinity", "p_before_id": "ffffffff-ffff-ffff-ffff-ffffffffffff", "p_limit": 21}
    return Threads(data=call("chat_threads_page", {"p_user_id": claims["sub"], **first}))


handler = Mangum(app, lifespan="off")
