"""Secrets of login codes: deriving a code from a nonce, and the digest that checks it.

The code is not random text that must be stored: it is derived from a stored nonce with a secret that is not in the
database. So the same code can be sent again within its life, and the database alone tells nothing about it. Several
secrets may be configured, newest first; each code remembers its key id, so a rotation disturbs no login.
"""

import hashlib
import hmac
from typing import Self
from uuid import UUID

from pydantic import SecretStr, field_validator

from auto360.core.keyed_secrets import keyed_secrets
from auto360.core.settings import EnvSettings


class CodeSecrets:
    """HMAC secrets by key id; the first one is current."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `k2:<base64url>,k1:<base64url>`. Raises ValueError for fewer than 32 bytes or a doubled id."""
        return cls(keyed_secrets(text))

    @property
    def ids(self) -> list[str]:
        """Return all key ids, current first."""
        return list(self._keys)

    def code(self, key_id: str, *, phone: str, nonce: str, length: int) -> str:
        """Derive the login code of a nonce: `length` decimal digits, leading zeros kept.

        64 bits are reduced to at most 8 digits, so no code is more likely than another by more than 1e-11.
        """
        digest = self._mac(key_id, f"otp:code:v1|{phone}|{nonce}")
        return str(int.from_bytes(digest[:8], "big") % 10**length).zfill(length)

    def check_digest(self, key_id: str, *, phone: str, code: str) -> bytes:
        """Return the keyed digest of a code for a phone, as sent to the database."""
        return self._mac(key_id, f"otp:check:v1|login|{phone}|{code}")

    def _mac(self, key_id: str, message: str) -> bytes:
        return hmac.new(self._keys[key_id], message.encode(), hashlib.sha256).digest()


def stored_digest(code_id: UUID, check_digest: bytes) -> bytes:
    """Return the digest to store; bound to one code, so that equal codes never look alike."""
    return hashlib.sha256(code_id.bytes + check_digest).digest()


class CodeSecretSettings(EnvSettings):
    """`OTP_SECRETS`: the secrets, newest first."""

    otp_secrets: SecretStr

    @field_validator("otp_secrets")
    @classmethod
    def _strong(cls, value: SecretStr) -> SecretStr:
        CodeSecrets.parse(value.get_secret_value())
        return value

    def secrets(self) -> CodeSecrets:
        """Parse the secrets."""
        return CodeSecrets.parse(self.otp_secrets.get_secret_value())
