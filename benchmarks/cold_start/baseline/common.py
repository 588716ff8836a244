"""Shared parts of the baseline's endpoints: clients made at import, as is usual, and one error shape."""
# mypy: disable-error-code="import-not-found,untyped-decorator"

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from yarl import URL

from supabase import Client, create_client

supabase: Client = create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_SERVICE_ROLE_KEY"])
if os.environ.get("SUPABASE_REST_URL"):
    # A bare PostgREST has no /rest/v1 before its paths.
    supabase.rest_url = URL(os.environ["SUPABASE_REST_URL"])

_KEY_ID, _, _ENCODED = os.environ.get("OTP_SECRETS", "").split(",")[0].partition(":")
_OTP_SECRET = urlsafe_b64decode(_ENCODED + "=" * (-len(_ENCODED) % 4))


def make_app() -> FastAPI:
    """Return an application whose failures have the envelope."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"success": False, "code": error.detail}, status_code=error.status_code)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, _error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"success": False, "code": "validation_failed"}, status_code=422)

    return app


def key_id() -> str:
    """Return the id of the current secret."""
    return _KEY_ID


def keyed(message: str) -> bytes:
    """HMAC-SHA-256 under the current secret."""
    return hmac.new(_OTP_SECRET, message.encode(), hashlib.sha256).digest()


def check_digest(phone: str, code: str) -> bytes:
    """Return the digest for the comparison of a code."""
    return keyed(f"otp:check:v1|login|{phone}|{code}")


def call(function: str, arguments: dict[str, Any]) -> Any:
    """Run an SQL function."""
    return supabase.rpc(function, arguments).execute().data
