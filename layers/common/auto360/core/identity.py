"""Access tokens: short-lived JWTs that Supabase accepts as a user's (docs/reference/sms-login.md, section 6.1).

ES256 with a key id is the form to use; HS256 with the project's legacy secret is accepted, and issued where no signing
key is configured. The algorithm follows from our configuration, never from the token.
"""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import Field, SecretStr, model_validator

from auto360.core.clock import Clock
from auto360.core.errors import AuthenticationRequired, SettingsInvalid
from auto360.core.settings import AppProfile, EnvSettings

_MIN_SECRET_CHARACTERS = 32
_SHOPS_TOKEN_SECONDS = 30 * 86_400
_CLOCK_SKEW = timedelta(seconds=30)


@dataclass(frozen=True)
class Principal:
    """Subject of a valid access token. `token` is the token itself, passed on to the database."""

    user_id: str
    session_id: str
    token: str


class AccessTokenSettings(EnvSettings):
    """Keys and claims of access tokens.

    `jwt_public_keys` is a JWKS with the keys to accept, the current one among them; `jwt_signing_key` is the current
    private key, as a JWK (`supabase gen signing-key` prints one, with its id) or as PEM. The app in the shops cannot
    refresh: with the profile `shops` tokens are valid for 30 days, regardless of `access_token_seconds`.
    """

    jwt_signing_key: SecretStr | None = None
    jwt_signing_key_id: str = ""
    jwt_public_keys: str = ""
    jwt_secret: SecretStr | None = None
    jwt_issuer: str
    jwt_audience: str = "authenticated"
    app_profile: AppProfile = "strict"
    access_token_seconds: int = Field(3600, ge=300, le=2_592_000)

    @model_validator(mode="after")
    def _usable(self) -> "AccessTokenSettings":
        if not self.jwt_public_keys and self.jwt_secret is None:
            raise ValueError("JWT_PUBLIC_KEYS or JWT_SECRET must be set")
        if self.jwt_signing_key is not None:
            own = self._signing_jwk().get("kid", "")
            if not (own or self.jwt_signing_key_id):
                raise ValueError("JWT_SIGNING_KEY_ID must be set beside JWT_SIGNING_KEY")
            if own and self.jwt_signing_key_id not in ("", own):
                raise ValueError("JWT_SIGNING_KEY_ID is not the kid of JWT_SIGNING_KEY")
        if self.jwt_secret is not None and len(self.jwt_secret.get_secret_value()) < _MIN_SECRET_CHARACTERS:
            raise ValueError("JWT_SECRET must have at least 32 characters")
        return self

    def signing_key(self) -> tuple[Any, str]:
        """Return the private key and its id. Raises ValueError or jwt.PyJWTError for an invalid key."""
        import jwt

        jwk = self._signing_jwk()
        key = jwt.PyJWK(jwk, algorithm="ES256").key if jwk else self._signing_text().replace("\\n", "\n")
        return key, self.jwt_signing_key_id or str(jwk["kid"])

    def _signing_jwk(self) -> dict[str, Any]:
        """Return the key if it is a JWK, or a list of one as the command line tool writes; {} for PEM."""
        text = self._signing_text().strip()
        if not text.startswith(("{", "[")):
            return {}
        try:
            found = json.loads(text)
            [key] = found if isinstance(found, list) else [found]
            return dict(key)
        except (ValueError, TypeError):
            raise ValueError("JWT_SIGNING_KEY is neither a JWK nor PEM") from None

    def _signing_text(self) -> str:
        return self.jwt_signing_key.get_secret_value() if self.jwt_signing_key is not None else ""

    @property
    def lifetime_seconds(self) -> int:
        """Return the seconds for which a new token is valid."""
        return _SHOPS_TOKEN_SECONDS if self.app_profile == "shops" else self.access_token_seconds


class AccessTokens:
    """Issues and checks access tokens."""

    def __init__(self, settings: AccessTokenSettings, *, now: Clock) -> None:
        self._settings, self._now = settings, now
        self._public_keys: dict[str, Any] = {}
        self._signing_key: tuple[Any, str] | None = None

    @property
    def lifetime_seconds(self) -> int:
        """Return the seconds for which a new token is valid."""
        return self._settings.lifetime_seconds

    def issue(self, *, user_id: str, session_id: str, phone: str) -> str:
        """Return a signed token for a session of a user."""
        import jwt

        settings, now = self._settings, int(self._now().timestamp())
        claims = {
            "iss": settings.jwt_issuer,
            "aud": settings.jwt_audience,
            "sub": user_id,
            "role": "authenticated",
            "session_id": session_id,
            "phone": phone.lstrip("+"),
            "iat": now,
            "exp": now + settings.lifetime_seconds,
            "aal": "aal1",
            "amr": [{"method": "otp", "timestamp": now}],
            "is_anonymous": False,
            "app_metadata": {"provider": "phone"},
            "user_metadata": {},
        }
        if settings.jwt_signing_key is not None:
            if self._signing_key is None:
                self._signing_key = settings.signing_key()
            key, key_id = self._signing_key
            return jwt.encode(claims, key, algorithm="ES256", headers={"kid": key_id})
        if settings.jwt_secret is None:
            raise RuntimeError("no key to sign with: set JWT_SIGNING_KEY")
        return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm="HS256")

    def require_usable(self) -> None:
        """Sign a token with the private key, where there is one, and check it.

        Raises SettingsInvalid where the keys do not belong together.
        """
        import jwt

        if self._settings.jwt_signing_key is None:
            return

        nobody = str(UUID(int=0))
        try:
            self.check(self.issue(user_id=nobody, session_id=nobody, phone=""))
        except AuthenticationRequired:
            raise SettingsInvalid("JWT_PUBLIC_KEYS does not accept tokens signed by JWT_SIGNING_KEY.") from None
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
            raise SettingsInvalid("JWT_SIGNING_KEY is no private ES256 key, as a JWK or as PEM.") from None

    def load_keys(self) -> None:
        """Load the library and the public keys by checking invented tokens. Raises nothing."""
        try:
            ids = [key["kid"] for key in json.loads(self._settings.jwt_public_keys or "{}").get("keys", ())]
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        for key_id in ids:
            header = _encoded(json.dumps({"alg": "ES256", "kid": key_id}).encode())
            with suppress(AuthenticationRequired):
                self.check(f"{header}.{_encoded(b'{}')}.{_encoded(bytes(64))}")

    def check(self, token: str) -> Principal:
        """Return the principal of a valid token. Raises AuthenticationRequired for anything else."""
        import jwt

        try:
            algorithm, key = self._key_for(_header_of(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._settings.jwt_audience,
                issuer=self._settings.jwt_issuer,
                leeway=_CLOCK_SKEW,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
            if claims.get("role") != "authenticated":
                raise AuthenticationRequired
            return Principal(str(UUID(claims["sub"])), str(UUID(str(claims.get("session_id")))), token)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
            raise AuthenticationRequired from None

    def _key_for(self, token_header: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the key and its one algorithm.

        A key id selects a public key; only tokens without one try the secret.
        """
        import jwt

        settings, key_id = self._settings, token_header.get("kid")
        if key_id is not None and settings.jwt_public_keys:
            if key_id in self._public_keys:
                return "ES256", self._public_keys[key_id]
            for key in json.loads(settings.jwt_public_keys)["keys"]:
                if key.get("kid") == key_id and key.get("kty") == "EC":
                    self._public_keys[key_id] = jwt.PyJWK(key, algorithm="ES256").key
                    return "ES256", self._public_keys[key_id]
        if key_id is None and settings.jwt_secret is not None:
            return "HS256", settings.jwt_secret.get_secret_value()
        raise AuthenticationRequired


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _header_of(token: str) -> Mapping[str, Any]:
    """Return the header that selects the key; the signature covers it. Raises ValueError, TypeError."""
    first = token.partition(".")[0]
    found = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    if not isinstance(found, dict):
        raise TypeError("no header")
    return found
