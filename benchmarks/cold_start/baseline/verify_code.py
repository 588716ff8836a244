"""POST /api/auth/verify-code on FastAPI, Mangum and supabase-py: the same SQL function, one round trip."""
# mypy: disable-error-code="import-not-found,untyped-decorator,misc"

import hashlib
import secrets
from typing import Any
from uuid import UUID

import tokens
from common import call, check_digest, key_id, make_app
from fastapi import HTTPException, Request
from mangum import Mangum
from phones import normalise
from pydantic import BaseModel, Field

app = make_app()


class CodeCheck(BaseModel):
    """Code as digits in a string."""

    phone: str
    code: str = Field(pattern=r"^[0-9]{4,8}$")
    requestId: UUID | None = None  # noqa: N815 - the app's name for it


class SessionData(BaseModel):
    """Tokens and user."""

    token: str
    refreshToken: str  # noqa: N815
    expiresIn: int  # noqa: N815
    isNewUser: bool  # noqa: N815
    user: dict[str, Any]


class Session(BaseModel):
    """Envelope."""

    success: bool = True
    data: SessionData


@app.post("/api/auth/verify-code")
def verify_code(body: CodeCheck, request: Request) -> Session:
    """Check a code and open a session."""
    phone, refresh_token = normalise(body.phone), secrets.token_urlsafe(32)
    address = request.client.host if request.client else "0.0.0.0"  # noqa: S104
    answer = call(
        "login_verify_code",
        {
            "p_phone": phone,
            "p_digests": {key_id(): check_digest(phone, body.code).hex()},
            "p_address": address,
            "p_sms_id": str(body.requestId) if body.requestId else None,
            "p_refresh_digest": "\\x" + hashlib.sha256(refresh_token.encode()).hexdigest(),
            "p_session": {"user_agent": "benchmark", "address": address, "lifetime_seconds": 7776000},
            "p_lock": {
                "failures": 5,
                "address_failures": 100,
                "seconds": 900,
                "replay_seconds": 75,
                "min_length": 6,
            },
        },
    )
    if answer["outcome"] != "ok":
        raise HTTPException(400, "otp_invalid")
    user = answer["user"]
    token = tokens.issue(user_id=user["id"], session_id=answer["session_id"], phone=user["phone"])
    data = SessionData(
        token=token, refreshToken=refresh_token, expiresIn=3600, isNewUser=answer["is_new_user"], user=user
    )
    return Session(data=data)


handler = Mangum(app, lifespan="off")
