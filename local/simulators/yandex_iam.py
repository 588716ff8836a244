"""Yandex IAM: exchanges an assertion signed with a service account's key for a token of limited life."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization

_AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"


@dataclass(frozen=True)
class ServiceAccount:
    """Customer's service account and the public half of its key."""

    id: str
    key_id: str
    public_key_pem: str = field(repr=False)

    @classmethod
    def of_key(cls, document: str) -> ServiceAccount:
        """Return the account of an authorised key (a JSON document)."""
        key = json.loads(document)
        return cls(key["service_account_id"], key["id"], _public_half(key["private_key"]))


@cache
def _public_half(private_key_pem: str) -> str:
    """Return the public key; the library checks a private one for 40 ms when it reads it."""
    private = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode()


@dataclass
class Iam:
    """Provider's side. `token_seconds` is short in tests of renewal."""

    account: ServiceAccount
    token_seconds: float = 12 * 3600.0
    exchanged: int = 0
    _tokens: dict[str, float] = field(default_factory=dict, init=False)

    async def exchange(self, request: web.Request) -> web.Response:
        """`POST /iam/v1/tokens`."""
        try:
            assertion = (await request.json())["jwt"]
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(assertion, self.account.public_key_pem, algorithms=["PS256"], audience=_AUDIENCE)
        except (ValueError, KeyError, TypeError, jwt.InvalidTokenError):
            return web.json_response({"code": 16, "message": "JWT is not valid"}, status=401)
        if header.get("kid") != self.account.key_id or claims.get("iss") != self.account.id:
            return web.json_response({"code": 16, "message": "The key is not known"}, status=401)
        if claims["exp"] - claims["iat"] > 3600:
            return web.json_response({"code": 3, "message": "exp is more than an hour after iat"}, status=400)
        self.exchanged += 1
        token, ends = f"t1.{secrets.token_urlsafe(24)}", time.time() + self.token_seconds
        self._tokens[token] = ends
        return web.json_response({"iamToken": token, "expiresAt": datetime.fromtimestamp(ends, UTC).isoformat()})

    def grant(self) -> str:
        """Return a token in the form of a function's context."""
        token = f"t1.{secrets.token_urlsafe(24)}"
        self._tokens[token] = time.time() + self.token_seconds
        return token

    def knows(self, authorization: str) -> bool:
        """Return True for a header with a valid token."""
        return self._tokens.get(authorization.removeprefix("Bearer "), 0.0) > time.time()

    def revoke_all(self) -> None:
        """Refuse every token from now on."""
        self._tokens.clear()
