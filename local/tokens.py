"""Signing keys, and tokens like those of Supabase."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

TEN_YEARS = 10 * 365 * 24 * 3600
# API keys have a fixed time, so that all parts of a run, and later runs, use the same keys.
_KEYS_ISSUED = 1_767_225_600


def base64url(data: bytes) -> str:
    """Encode as Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def new_signing_key() -> str:
    """Return a fresh ES256 private key as PEM."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def new_rsa_key() -> str:
    """Return a fresh RSA private key as PEM, like that of a service account of Yandex Cloud."""
    return _pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


@dataclass(frozen=True)
class TokenKeys:
    """Keys of both signing methods."""

    signing_key_pem: str
    signing_key_id: str
    jwt_secret: str
    issuer: str

    def public_jwks(self) -> str:
        """Return the public half as a JSON Web Key Set, with which functions check tokens."""
        return json.dumps({"keys": [self._public_key()]}, separators=(",", ":"))

    def postgrest_jwks(self) -> str:
        """Return PostgREST's key set: our ES256 key, and the HS256 secret of the service keys."""
        shared = {"kty": "oct", "alg": "HS256", "k": base64url(self.jwt_secret.encode())}
        return json.dumps({"keys": [self._public_key(), shared]}, separators=(",", ":"))

    def role_token(self, role: str) -> str:
        """Return a long-lived API key (`anon`, `service_role`), signed like Supabase's own."""
        claims = {"iss": "supabase", "role": role, "iat": _KEYS_ISSUED, "exp": _KEYS_ISSUED + TEN_YEARS}
        return jwt.encode(claims, self.jwt_secret, algorithm="HS256")

    def user_token(self, user_id: str, claims: Mapping[str, Any] | None = None) -> str:
        """Return an access token of one user, with Supabase's claims."""
        now = int(time.time())
        body: dict[str, Any] = {
            "sub": str(user_id),
            "role": "authenticated",
            "aud": "authenticated",
            "iss": self.issuer,
            "iat": now,
            "exp": now + 3600,
            "session_id": str(uuid.uuid4()),
            "is_anonymous": False,
            "aal": "aal1",
        }
        body.update(claims or {})
        return jwt.encode(body, self.signing_key_pem, algorithm="ES256", headers={"kid": self.signing_key_id})

    def _public_key(self) -> dict[str, str]:
        private = serialization.load_pem_private_key(self.signing_key_pem.encode(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("The signing key is not an elliptic curve key.")
        numbers = private.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "kid": self.signing_key_id,
            "x": base64url(numbers.x.to_bytes(32, "big")),
            "y": base64url(numbers.y.to_bytes(32, "big")),
        }
