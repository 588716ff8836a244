"""Keys that encrypt backups and seal manifests. Keep them outside the cloud as well."""

import base64
import binascii
import hashlib
import hmac
from typing import Self

from pydantic import SecretStr, field_validator

from auto360.core.settings import EnvSettings

_BYTES = 32


class BackupKeys:
    """Keys of 32 bytes by name; the first one is current, the others open older backups."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `k2:<base64url>,k1:<base64url>`. Raises ValueError for another length or a doubled name."""
        keys: dict[str, bytes] = {}
        for entry in text.split(","):
            name, _, encoded = entry.strip().partition(":")
            try:
                key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
            except binascii.Error:
                raise ValueError("not base64url") from None
            if not name.isalnum() or len(name) > 20 or name in keys or len(key) != _BYTES:
                raise ValueError(f"each entry must be name:base64url of {_BYTES} bytes, names different")
            keys[name] = key
        return cls(keys)

    @property
    def current(self) -> str:
        """Return the name of the key for new backups."""
        return next(iter(self._keys))

    def derive(self, name: str, *, salt: bytes, purpose: str) -> bytes | None:
        """Derive a key of 32 bytes for one file and one purpose (HKDF-SHA256); None for an unknown name."""
        key = self._keys.get(name)
        if key is None:
            return None
        extracted = hmac.new(salt, key, hashlib.sha256).digest()
        return hmac.new(extracted, purpose.encode() + b"\x01", hashlib.sha256).digest()


class BackupKeySettings(EnvSettings):
    """`BACKUP_KEYS`: the keys, newest first."""

    backup_keys: SecretStr

    @field_validator("backup_keys")
    @classmethod
    def _usable(cls, value: SecretStr) -> SecretStr:
        BackupKeys.parse(value.get_secret_value())
        return value

    def keys(self) -> BackupKeys:
        """Parse the keys."""
        return BackupKeys.parse(self.backup_keys.get_secret_value())
