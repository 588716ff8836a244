"""Encryption of stored secrets, such as a provider's token for debits, bound to their row.

Form: `v1.<key id>.<base64url of nonce and ciphertext>`, AES-256-GCM with a fresh nonce of 12 bytes. Table, column, row
and key id are authenticated with it, so that a value moved to another row does not decrypt. Several keys may be
configured, newest first: values under an older key stay readable, and `is_stale` marks them for re-encryption.
`digest` finds a row by its secret; it is keyed separately, so that it reveals nothing without the key.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr, field_validator

from auto360.core.keyed_secrets import keyed_secrets, secret
from auto360.core.settings import EnvSettings

_KEY_BYTES, _NONCE_BYTES = 32, 12
_STORED = re.compile(r"v1\.([A-Za-z0-9_-]{1,20})\.([A-Za-z0-9_-]+)")


class NotDecryptable(Exception):
    """Not a stored secret, key missing, or bound to another row. Never holds the value."""


@dataclass(frozen=True)
class AssociatedData:
    """Table, column and row of a secret; it decrypts nowhere else."""

    table: str
    column: str
    row_id: str


class StoredSecrets:
    """Encrypts and decrypts. `keys` by id, the first one is current; `random_bytes` is injected for tests."""

    def __init__(
        self, keys: dict[str, bytes], digest_key: bytes, *, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._keys, self._digest_key, self._random_bytes = keys, digest_key, random_bytes

    @property
    def current_key_id(self) -> str:
        """Return the id of the encrypting key."""
        return next(iter(self._keys))

    def encrypt(self, secret: str, *, place: AssociatedData) -> str:
        """Return the stored form under the current key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key_id = self.current_key_id
        nonce = self._random_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys[key_id]).encrypt(nonce, secret.encode(), _bound_to(place, key_id))
        return f"v1.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def decrypt(self, stored: str, *, place: AssociatedData) -> str:
        """Return the secret. Raises NotDecryptable."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key_id, data = _parts(stored)
        if key_id not in self._keys or len(data) <= _NONCE_BYTES:
            raise NotDecryptable
        try:
            plain = AESGCM(self._keys[key_id]).decrypt(
                data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound_to(place, key_id)
            )
            return plain.decode()
        except (InvalidTag, UnicodeDecodeError):
            raise NotDecryptable from None

    def is_stale(self, stored: str) -> bool:
        """Return True for a value under an older key. Raises NotDecryptable for anything but a stored secret."""
        return _parts(stored)[0] != self.current_key_id

    def digest(self, secret: str, *, purpose: str) -> bytes:
        """Return 32 bytes that find an equal secret again; `purpose` (table and column) separates places."""
        return hmac.new(self._digest_key, f"stored:digest:v1|{purpose}|{secret}".encode(), hashlib.sha256).digest()


def _bound_to(place: AssociatedData, key_id: str) -> bytes:
    return "|".join((place.table, place.column, place.row_id, key_id)).encode()


def _parts(stored: str) -> tuple[str, bytes]:
    found = _STORED.fullmatch(stored)
    if found is None:
        raise NotDecryptable
    try:
        return found[1], base64.urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4))
    except binascii.Error:
        raise NotDecryptable from None


class StoredSecretSettings(EnvSettings):
    """`STORED_SECRET_KEYS`: `k2:<base64url of 32 bytes>,k1:…`, newest first.

    `STORED_SECRET_DIGEST_KEY`: separate key.

    The digest key cannot be rotated without recomputing every digest, so it is a separate key.
    """

    stored_secret_keys: SecretStr
    stored_secret_digest_key: SecretStr

    @field_validator("stored_secret_keys")
    @classmethod
    def _keys(cls, value: SecretStr) -> SecretStr:
        keyed_secrets(value.get_secret_value(), max_bytes=_KEY_BYTES)
        return value

    @field_validator("stored_secret_digest_key")
    @classmethod
    def _digest_key(cls, value: SecretStr) -> SecretStr:
        secret(value.get_secret_value(), max_bytes=_KEY_BYTES)
        return value

    def secrets(self) -> StoredSecrets:
        """Parse the keys."""
        digest_key = secret(self.stored_secret_digest_key.get_secret_value(), max_bytes=_KEY_BYTES)
        return StoredSecrets(
            keyed_secrets(self.stored_secret_keys.get_secret_value(), max_bytes=_KEY_BYTES), digest_key
        )
