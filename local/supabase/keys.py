"""API keys and access tokens: the role of a request, and reasons for refusing a token."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from jwt.algorithms import ECAlgorithm

Claims = Mapping[str, Any]
_NEW_KEY = "sb_"


class BadToken(Exception):
    """Token refused by every service; `kind` is malformed, unknown_key, signature or expired."""

    def __init__(self, kind: str, *, expired_seconds: int = 0) -> None:
        super().__init__(kind)
        self.kind, self.expired_seconds = kind, expired_seconds


class BadKey(Exception):
    """Refusal of the hosted project's gateway: no API key, a wrong one, or a misplaced one."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.body = {"message": message, "hint": hint}


@dataclass(frozen=True)
class ProjectKeys:
    """Keys of one project. `anon` and `service_role` are tokens, the other two the newer opaque keys."""

    anon: str
    service_role: str
    publishable: str
    secret: str
    jwt_secret: str = field(repr=False)
    public_jwks: str

    def token_of(self, api_key: str | None) -> str:
        """Return the token of an API key. Raises BadKey."""
        if not api_key:
            raise BadKey("No API key found in request", "No `apikey` request header or url param was found.")
        known = {
            self.anon: self.anon,
            self.service_role: self.service_role,
            self.publishable: self.anon,
            self.secret: self.service_role,
        }
        if api_key not in known:
            raise BadKey("Invalid API key", "Double check your Supabase `anon` or `service_role` API key.")
        return known[api_key]

    def bearer(self, api_key: str | None, authorization: str | None) -> str | None:
        """Return the token for a service behind the gateway: the caller's own, or that of a newer API key."""
        role_token = self.token_of(api_key)
        token = bearer_token(authorization)
        if token.startswith(_NEW_KEY) and token != api_key:
            raise BadKey("Invalid API key", "An API key in the Authorization header must equal the `apikey` header.")
        if (api_key or "").startswith(_NEW_KEY) and token in ("", api_key):
            return role_token
        return token or None

    def claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token signed by this project. Raises BadToken."""
        try:
            header = jwt.get_unverified_header(token)
            key, algorithm = self._key(header)
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[algorithm], options={"verify_aud": False, "verify_exp": False}
            )
        except jwt.InvalidSignatureError:
            raise BadToken("signature") from None
        except jwt.InvalidTokenError:
            raise BadToken("malformed") from None
        expires = claims.get("exp")
        if isinstance(expires, int | float) and expires <= time.time():
            raise BadToken("expired", expired_seconds=int(time.time() - expires))
        return claims

    def sign(self, claims: Claims, seconds: int) -> str:
        """Sign a token of Storage itself, for signed addresses."""
        now = int(time.time())
        return jwt.encode({**claims, "iat": now, "exp": now + seconds}, self.jwt_secret, algorithm="HS256")

    def _key(self, header: Mapping[str, Any]) -> tuple[Any, str]:
        if header.get("alg") == "HS256":
            return self.jwt_secret, "HS256"
        for key in json.loads(self.public_jwks)["keys"]:
            if header.get("alg") == key["alg"] and header.get("kid") == key["kid"]:
                return ECAlgorithm.from_jwk(key), key["alg"]
        raise BadToken("unknown_key")


def bearer_token(authorization: str | None) -> str:
    """Return the token in an Authorization header, or an empty text."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
