"""Secrets by name in one variable: `k2:<base64url>,k1:<base64url>`, the current one first."""

import base64
import binascii
import re

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
