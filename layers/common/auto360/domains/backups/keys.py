"""Keys that encrypt backups and seal manifests. Keep them outside the cloud as well."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import SecretStr, field_validator

from auto360.core.keyed_secrets import keyed_texts, secret
from auto360.core.settings import EnvSettings

_BYTES = 32
_IDENTITY = "AGE-SECRET-KEY-1"


class BackupKeys:
    """Keys by name; the first one is current, the others open older backups.

    A key is an age identity. A key of 32 bytes only opens backups of the first format. `offline` are
    recipients whose identities are kept offline: they open new backups too.
    """

    def __init__(self, keys: Mapping[str, str | bytes], offline: Sequence[str] = ()) -> None:
        self._keys, self._offline = dict(keys), tuple(offline)

    @classmethod
    def parse(cls, text: str, *, recipients: str = "") -> Self:
        """Read `k2:AGE-SECRET-KEY-1…,k1:AGE-SECRET-KEY-1…`, and recipients `age1…,age1…`.

        Raises ValueError for an invalid key or recipient, or a doubled name.
        """
        keys: dict[str, str | bytes] = {}
        try:
            for name, encoded in keyed_texts(text).items():
                keys[name] = _identity(encoded) if encoded.startswith(_IDENTITY) else secret(encoded, max_bytes=_BYTES)
        except ValueError as refusal:
            raise ValueError(f"{refusal}; a key is name:AGE-SECRET-KEY-1…, as age-keygen prints it") from None
        return cls(keys, [_recipient(part.strip()) for part in recipients.split(",") if part.strip()])

    @property
    def current(self) -> str:
        """Return the name of the key for new backups."""
        return next(iter(self._keys))

    @property
    def identities(self) -> list[str]:
        """Return the age identities, newest first."""
        return [key for key in self._keys.values() if isinstance(key, str)]

    @property
    def recipients(self) -> list[str]:
        """Return the recipients of new backups: the current key's, then the offline ones. Raises ValueError."""
        import pyrage

        key = self._keys[self.current]
        if isinstance(key, str):
            return [str(pyrage.x25519.Identity.from_str(key).to_public()), *self._offline]
        raise ValueError("the first of BACKUP_KEYS is of the format before age, which makes no new backups")

    def knows(self, name: str) -> bool:
        """Return True if a key has this name."""
        return name in self._keys

    def derive(self, name: str, *, salt: bytes, purpose: str) -> bytes | None:
        """Derive a key of 32 bytes for one purpose (HKDF-SHA256); None for an unknown name."""
        key = self._keys.get(name)
        if key is None:
            return None
        extracted = hmac.new(salt, key.encode() if isinstance(key, str) else key, hashlib.sha256).digest()
        return hmac.new(extracted, purpose.encode() + b"\x01", hashlib.sha256).digest()


class BackupKeySettings(EnvSettings):
    """`BACKUP_KEYS`: the keys, newest first. `BACKUP_RECIPIENTS`: public keys whose identities lie offline."""

    backup_keys: SecretStr
    backup_recipients: str = ""

    @field_validator("backup_keys")
    @classmethod
    def _usable(cls, value: SecretStr) -> SecretStr:
        BackupKeys.parse(value.get_secret_value())
        return value

    @field_validator("backup_recipients")
    @classmethod
    def _public(cls, value: str) -> str:
        for part in value.split(","):
            if part.strip():
                _recipient(part.strip())
        return value

    def keys(self) -> BackupKeys:
        """Parse the keys."""
        return BackupKeys.parse(self.backup_keys.get_secret_value(), recipients=self.backup_recipients)


def _identity(text: str) -> str:
    import pyrage

    try:
        pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise ValueError("no age identity") from None
    return text


def _recipient(text: str) -> str:
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ValueError("a recipient is no public key of age: age1…, as age-keygen -y prints it") from None
    return text
