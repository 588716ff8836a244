"""GET /api/auth/me on FastAPI, Mangum and supabase-py: the request counter and one read with the user's own token."""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

import os
from typing import Any

import jwt
import tokens
from common import call, make_app, supabase
from fastapi import HTTPException, Request
from mangum import Mangum
from pydantic import BaseModel

app = make_app()

COLUMNS = (
    "id,phone,email,name,avatar_url,bio,city,language,is_verified,rating,free_limit,paid_slots,last_seen,"
    "created_at,updated_at,is_blocked,auth_sessions!inner(id)"
)


class Me(BaseModel):
    """Envelope, the user at the top level as well."""

    success: bool = True
    data: dict[str, Any]
    user: dict[str, Any]


@app.get("/api/auth/me")
def me(request: Request) -> Me:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims = tokens.check(token)
    except (jwt.PyJWTError, KeyError, StopIteration):
        raise HTTPException(401, "authentication_required") from None
    count = call("rate_limit_hit", {"p_key": f"default:user:{claims['sub']}", "p_max_hits": 100, "p_seconds": 900})
    if count["hits"] > 100:
        raise HTTPException(429, "rate_limited")
    supabase.postgrest.auth(token)
    rows = (
        supabase.table("accounts").select(COLUMNS).eq("id", claims["sub"]).eq("auth_sessions.id", claims["session_id"])
        .is_("auth_sessions.revoked_at", "null").gt("auth_sessions.expires_at", "now").execute().data
    )  # fmt: skip
    # The client keeps its last token.
    supabase.postgrest.auth(os.environ["SUPABASE_SERVICE_ROLE_KEY"])
    if not rows:
        raise HTTPException(401, "authentication_required")
    return Me(data=rows[0], user=rows[0])


handler = Mangum(app, lifespan="off")
