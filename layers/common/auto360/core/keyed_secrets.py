"""Secrets by name in one variable, `k2:<base64url>,k1:<base64url>`, the current one first; codes derived from them."""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Self
from uuid import UUID

_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")
_BYTES = 32


def keyed_secrets(text: str, *, max_bytes: int | None = None) -> dict[str, bytes]:
    """Return the secrets by name, in order.

    Raises ValueError, without the text, for a name that is odd or comes twice, and for fewer than 32 bytes or more than
    `max_bytes`.
    """
    return {name: secret(encoded, max_bytes=max_bytes) for name, encoded in keyed_texts(text).items()}


def keyed_texts(text: str) -> dict[str, str]:
    """Return the secrets by name as they are written. Raises ValueError for a name that is odd or comes twice."""
    found: dict[str, str] = {}
    for entry in text.split(","):
        name, _, encoded = entry.strip().partition(":")
        if not _NAME.fullmatch(name) or name in found:
            raise ValueError("each entry must be name:secret, names different")
        found[name] = encoded
    return found


def secret(encoded: str, *, max_bytes: int | None = None) -> bytes:
    """Return the bytes of one secret. Raises ValueError, without the text."""
    try:
        found = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if len(found) < _BYTES or (max_bytes is not None and len(found) > max_bytes):
        raise ValueError(f"a secret must be base64url of {'exactly' if max_bytes == _BYTES else 'at least'} 32 bytes")
    return found


class KeyedMacs:
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

    def mac(self, key_id: str, message: str) -> bytes:
        """Return the HMAC-SHA256 of a message. Raises KeyError for an unknown key."""
        return hmac.new(self._keys[key_id], message.encode(), hashlib.sha256).digest()

    def decimal_code(self, key_id: str, message: str, *, digits: int) -> str:
        """Derive a code of decimal digits, leading zeros kept.

        64 bits are reduced to at most 8 digits, so no code is more likely than another by more than 1e-11.
        """
        return str(int.from_bytes(self.mac(key_id, message)[:8], "big") % 10**digits).zfill(digits)


def stored_digest(code_id: UUID, check_digest: bytes) -> bytes:
    """Return the digest to store; bound to one code, so that equal codes never look alike."""
    return hashlib.sha256(code_id.bytes + check_digest).digest()
