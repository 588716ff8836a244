"""IAM tokens of Yandex Cloud: the running function's own, else exchanged for a service account's key."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import jwt
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel, HttpUrl, SecretStr, field_validator

from auto360.core.settings import EnvSettings
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.lines import Lines
from auto360.providers.video import VideoRefused, VideoUncertain
from auto360.providers.video.http import Exchange
from auto360.providers.video.parsing import header_value, moment, seconds

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# Audience of the exchange, at every address.
_AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"
_ASSERTION_SECONDS = 600
# A token is renewed below this remaining validity: a call with it must still end in time.
_MIN_LEFT_SECONDS = 300.0


class _Key(BaseModel):
    id: str
    service_account_id: str
    private_key: SecretStr


class IamSettings(EnvSettings):
    """Token exchange address, and the authorised key (the JSON file of `yc iam key create`), outside the cloud."""

    yandex_iam_url: HttpUrl = HttpUrl("https://iam.api.cloud.yandex.net")
    yandex_service_account_key: SecretStr | None = None

    @field_validator("yandex_service_account_key")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                _Key.model_validate_json(value.get_secret_value())
            except ValueError:
                raise ValueError("must be the JSON of an authorised key: id, service_account_id, private_key") from None
        return value

    @property
    def key(self) -> _Key | None:
        """Parse the authorised key."""
        found = self.yandex_service_account_key
        return None if found is None else _Key.model_validate_json(found.get_secret_value())


@dataclass(frozen=True)
class Token:
    """Token and its expiry (Unix seconds)."""

    value: str = field(repr=False)
    ends_at: float


class TokenSource(Protocol):
    """Source of fresh tokens."""

    def __call__(self) -> Token | None:
        """Return a token, or None where there is none."""


@dataclass
class IamTokens:
    """Tokens for Yandex Cloud: the function's own if it has one, else one cached until near its expiry."""

    of_function: TokenSource
    exchange: TokenSource
    now: Callable[[], float] = time.time
    _kept: Token | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def current(self) -> str:
        """Return a token that is valid for some minutes. Raises VideoRefused without one, VideoFailure."""
        own = self.of_function()
        if own is not None and self._is_fresh(own):
            return own.value
        with self._lock:
            if self._kept is None or not self._is_fresh(self._kept):
                self._kept = self.exchange()
            if self._kept is None:
                raise VideoRefused("no_service_account", lasting=True)
            return self._kept.value

    def forget(self) -> None:
        """Drop the cached token after it was refused."""
        self._kept = None

    def _is_fresh(self, token: Token) -> bool:
        return token.ends_at - self.now() > _MIN_LEFT_SECONDS


@dataclass(frozen=True)
class KeyExchange:
    """Exchanges a signed assertion for a token."""

    settings: IamSettings
    lines: Lines
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    now: Callable[[], float] = time.time

    def __call__(self) -> Token | None:
        """Return a new token, None without a key. Raises VideoFailure."""
        key = self.settings.key
        if key is None:
            return None
        exchange = Exchange(self.lines, str(self.settings.yandex_iam_url).rstrip("/"), self.retry_policy)
        reply = exchange.call(
            "POST", "/iam/v1/tokens", headers={}, body={"jwt": self._assertion(key)}, may_repeat=True
        ).body
        value, ends = header_value(reply.get("iamToken")), moment(reply.get("expiresAt"))
        if value is None:
            raise VideoUncertain("no_token")
        # Without an expiry, an hour: Yandex advises to renew that often.
        return Token(value, ends.timestamp() if ends else self.now() + 3600)

    def _assertion(self, key: _Key) -> str:
        issued = int(self.now())
        claims: dict[str, Any] = {
            "iss": key.service_account_id,
            "aud": _AUDIENCE,
            "iat": datetime.fromtimestamp(issued, UTC),
            "exp": datetime.fromtimestamp(issued + _ASSERTION_SECONDS, UTC),
        }
        signing_key = _signing_key(key.private_key.get_secret_value())
        return jwt.encode(claims, signing_key, algorithm="PS256", headers={"kid": key.id})


@lru_cache(maxsize=4)
def _signing_key(text: str) -> "RSAPrivateKey":
    """Parse the private key of a key file, which begins with a line of warning before the PEM.

    Cached for the process: parsing checks the primes of an RSA key, which takes longer than the whole exchange.
    """
    key = RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(text[max(text.find("-----BEGIN"), 0) :])
    return cast("RSAPrivateKey", key)


def token_of_context(granted: object, *, at: float) -> Token | None:
    """Return the token in a function's context (`access_token`, `expires_in`), received at `at` (Unix seconds)."""
    if isinstance(granted, str):
        try:
            granted = json.loads(granted)
        except (ValueError, RecursionError):
            return None
    if not isinstance(granted, dict):
        return None
    value, lasts = header_value(granted.get("access_token")), seconds(granted.get("expires_in"))
    return None if value is None or lasts is None else Token(value, at + lasts)
