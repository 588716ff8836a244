"""What shared caches may keep of our answers: the one table of routes, and a judge of every answer in the tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auto360.http.events import called_path

FOR_EVER = "public, max-age=31536000, immutable"
# Seconds for callers without a token. Every other route answers `no-store`.
KEPT_SECONDS = {
    ("GET", "/api/listings"): 60,
    ("GET", "/api/listings/search"): 60,
    ("GET", "/api/listings/popular-searches"): 600,
    ("GET", "/api/listings/{listing_id}"): 30,
}
# Their names follow from their content.
ASSETS = {("GET", "/admin/assets/{name}")}
_KEPT = [
    (
        method,
        re.compile(r"(?:/api/api|/api/v1|/api)?" + re.sub(r"\\{\w+\\}", "[0-9a-f-]{36}", re.escape(path[4:]))),
        seconds,
    )
    for (method, path), seconds in KEPT_SECONDS.items()
]


def kept_seconds(method: str, path: str) -> int:
    """Return for how long guests' answers of this address may be kept."""
    found = [seconds for each, pattern, seconds in _KEPT if each == method and pattern.fullmatch(path)]
    return found[0] if found else 0


def fault(event: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """Return a sentence about headers that let a cache keep too much; None where all is well."""
    headers = {name.lower(): values[0] for name, values in answer["multiValueHeaders"].items()}
    # Some events of the cloud hold the template in `path`, and the address in `url`.
    method, path = str(event.get("httpMethod")), called_path(event)
    told, vary = headers.get("cache-control"), {name.strip() for name in headers.get("vary", "").split(",")}
    seconds = kept_seconds("GET" if method == "HEAD" else method, path)
    if not seconds or answer["statusCode"] not in (200, 304):
        wanted = "no-store"
    elif any(name.lower() == "authorization" for name in event.get("headers") or {}):
        wanted = "private, no-cache"
    else:
        wanted = f"public, max-age={seconds}"
    if told != wanted:
        return f"{method} {path} answers {answer['statusCode']} with Cache-Control {told!r}, not {wanted!r}"
    if wanted != "no-store" and not {"Authorization", "Origin"} <= vary:
        return f"{method} {path} does not vary by Authorization and Origin"
    return None
