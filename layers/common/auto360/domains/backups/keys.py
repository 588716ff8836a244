"""Keys that encrypt backups and seal manifests. Keep them outside the cloud as well."""

import hashlib
import hmac
from typing import Self

from pydantic import SecretStr, field_validator

from auto360.core.keyed_secrets import keyed_secrets
from auto360.core.settings import EnvSettings

_BYTES = 32


class BackupKeys:
    """Keys of 32 bytes by name; the first one is current, the others open older backups."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `k2:<base64url>,k1:<base64url>`. Raises ValueError for another length or a doubled name."""
        return cls(keyed_secrets(text, max_bytes=_BYTES))

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
