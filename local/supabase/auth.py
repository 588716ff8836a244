"""`/auth/v1`: the signing keys, and the user of a token in Supabase Auth's form."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import psycopg
from aiohttp import web
from psycopg.rows import dict_row

from local.supabase.keys import BadKey, BadToken, ProjectKeys, bearer_token

PREFIX = "/auth/v1"
_REASONS = {
    "malformed": "token is malformed: token contains an invalid number of segments",
    "unknown_key": "token is unverifiable: unrecognized JWT kid",
    "signature": "token signature is invalid: signature is invalid",
    "expired": "token has invalid claims: token is expired",
}
_NO_SESSION = uuid.UUID(int=0)


class Refused(Exception):
    """Response of Supabase Auth other than 200."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": status, "error_code": code, "msg": message}


class Auth:
    """Answers from the tables of schema auth, which are empty unless a migration fills them."""

    def __init__(self, keys: ProjectKeys, database: str) -> None:
        self._keys, self._database = keys, database

    def add_routes(self, app: web.Application) -> None:
        """Put the service into the site."""
        app.router.add_get(PREFIX + "/.well-known/jwks.json", self.jwks)
        app.router.add_get(PREFIX + "/user", self.user)

    async def jwks(self, _request: web.Request) -> web.Response:
        """Serve the public keys that verify tokens."""
        return web.Response(text=self._keys.public_jwks, content_type="application/json")

    async def user(self, request: web.Request) -> web.Response:
        """Serve the user of the token."""
        try:
            self._keys.token_of(request.headers.get("apikey") or request.query.get("apikey"))
            return web.json_response(await self._user(bearer_token(request.headers.get("Authorization"))))
        except BadKey as refused:
            return web.json_response(refused.body, status=401)
        except Refused as refused:
            return web.json_response(refused.body, status=refused.status)

    async def _user(self, token: str) -> dict[str, Any]:
        if not token:
            raise Refused(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            claims = self._keys.claims(token)
        except BadToken as error:
            reason = f"invalid JWT: unable to parse or verify signature, {_REASONS[error.kind]}"
            raise Refused(403, "bad_jwt", reason) from None
        if not claims.get("sub"):
            raise Refused(403, "bad_jwt", "invalid claim: missing sub claim")
        user = await self._row("select * from auth.users where id = %s", _identity(claims["sub"], "sub"))
        if user is None:
            raise Refused(403, "user_not_found", "User from sub claim in JWT does not exist")
        session = _identity(claims.get("session_id") or str(_NO_SESSION), "session_id")
        if session != _NO_SESSION and not await self._has_session(session):
            raise Refused(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return _shown(user)

    async def _has_session(self, session: uuid.UUID) -> bool:
        made = await self._row("select to_regclass('auth.sessions') is not null as made")
        if not made or not made["made"]:
            return False
        return await self._row("select 1 as found from auth.sessions where id = %s", session) is not None

    async def _row(self, query: str, *values: object) -> dict[str, Any] | None:
        async with await psycopg.AsyncConnection.connect(self._database, row_factory=dict_row) as connection:
            return await (await connection.execute(query.encode(), values)).fetchone()


def _identity(text: object, claim: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise Refused(403, "bad_jwt", f"invalid claim: {claim} claim must be a UUID") from None


def _moment(at: datetime | None) -> str:
    """Return a time in the service's format; a missing one is Go's zero time."""
    return "0001-01-01T00:00:00Z" if at is None else at.isoformat()


def _shown(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(user["id"]),
        "aud": "authenticated",
        "role": "authenticated",
        "email": user["email"] or "",
        "phone": (user["phone"] or "").removeprefix("+"),
        "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {},
        "identities": [],
        "created_at": _moment(user["created_at"]),
        "updated_at": _moment(user["updated_at"]),
        "is_anonymous": False,
    }
