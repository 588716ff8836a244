"""Cookies of the operations page (docs/decisions/0055).

With TLS their names begin with `__Host-`: the browser then takes them from this host alone, over TLS alone.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from auto360.http.requests import header_lines

SESSION, SIGN_IN, LANGUAGE = "staff_session", "staff_sign_in", "staff_language"
_MAX_VALUE_CHARACTERS = 4096


def read_cookie(event: Mapping[str, Any], name: str, *, over_tls: bool) -> str:
    """Return the value of our cookie, or an empty text; the first one counts.

    Splits as browsers do (RFC 6265, section 5.4) and never checks foreign cookies: a foreign name or value
    that a strict parser refuses must not end a session. HTTP/2 may send several `Cookie` lines.
    """
    wanted = _full_name(name, over_tls=over_tls)
    for line in header_lines(event, "Cookie"):
        for pair in line.split(";"):
            found, _, value = pair.strip(" \t").partition("=")
            if found == wanted and len(value) <= _MAX_VALUE_CHARACTERS:
                return value
    return ""


def cookie(name: str, value: str, *, seconds: int | None, over_tls: bool) -> str:
    """Build a `Set-Cookie` line: unreadable by scripts, never sent with another site's request.

    Without `seconds` it ends with the browser; 0 removes it.
    """
    parts = [f"{_full_name(name, over_tls=over_tls)}={value}", "Path=/", "HttpOnly", "SameSite=Strict"]
    if over_tls:
        parts.append("Secure")
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    return "; ".join(parts)


def pack(values: Mapping[str, str]) -> str:
    """Encode a few short texts as a cookie value; neither secret nor signed, so check them after `unpack`."""
    return base64.urlsafe_b64encode(json.dumps(dict(values)).encode()).decode().rstrip("=")


def unpack(value: str) -> dict[str, str]:
    """Decode a value made by `pack`; empty for anything else."""
    try:
        values = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return {}
    if not isinstance(values, dict):
        return {}
    return {str(name): text for name, text in values.items() if isinstance(text, str)}


def _full_name(name: str, *, over_tls: bool) -> str:
    return f"__Host-{name}" if over_tls else name
