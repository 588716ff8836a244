"""POST /api/video/create on FastAPI, Mangum and supabase-py: same SQL functions, same provider."""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

import hashlib
import os
from typing import Any, Literal

import httpx
import jwt
import tokens
from common import call, make_app
from fastapi import HTTPException, Request
from mangum import Mangum
from pydantic import BaseModel, Field

app = make_app()
provider = httpx.Client(timeout=5.0, auth=(os.environ["API_VIDEO_KEY"], ""))


class Upload(BaseModel):
    """Declared upload."""

    title: str = ""
    fileSize: int = Field(ge=1, le=104_857_600)  # noqa: N815 - the app's name for it
    duration: float = Field(gt=0, le=180)
    contentType: Literal["video/mp4", "video/quicktime"] = "video/mp4"  # noqa: N815


class Opened(BaseModel):
    """Envelope."""

    success: bool = True
    data: Any


@app.post("/api/video/create")
def create(body: Upload, request: Request) -> Opened:
    """Open an upload session."""
    try:
        user = tokens.check(request.headers.get("authorization", "").removeprefix("Bearer "))["sub"]
    except (jwt.PyJWTError, KeyError, StopIteration):
        raise HTTPException(401, "authentication_required") from None
    if call("rate_limit_hit", {"p_key": f"upload:user:{user}", "p_max_hits": 1000, "p_seconds": 3600})["hits"] > 1000:
        raise HTTPException(429, "rate_limited")
    wanted = {
        "provider": "api_video",
        "title": body.title,
        "bytes": body.fileSize,
        "duration_seconds": body.duration,
        "content_type": body.contentType,
    }
    digest = "\\x" + hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    held = call(
        "upload_ticket_open",
        {"p_user_id": user, "p_request": wanted, "p_key": None, "p_digest": digest, "p_seconds": 3600},
    )
    reply = provider.post(os.environ["API_VIDEO_URL"] + "/upload-tokens", json={"ttl": 3600})
    reply.raise_for_status()
    issued = {
        "p_ticket_id": held["ticket_id"],
        "p_provider_ticket": reply.json()["token"],
        "p_provider_video_id": None,
    }
    return Opened(data=call("upload_ticket_issued", issued))


handler = Mangum(app, lifespan="off")
