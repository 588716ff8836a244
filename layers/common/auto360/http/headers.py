"""Response headers: security, correlation, and CORS for exactly the configured origins."""

from collections.abc import Mapping
from typing import Any

from auto360.http.requests import Request, header

_SECURITY = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
_REQUEST_HEADERS = "Authorization, Content-Type, Accept-Language, Idempotency-Key, X-Request-ID"
_EXPOSED = "X-Correlation-ID, X-Request-ID, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, ETag"


def complete(answer: dict[str, Any], event: Mapping[str, Any], request: Request, origins: frozenset[str]) -> None:
    """Add the common headers to a response; those set by the route stay."""
    sent: dict[str, list[str]] = answer.setdefault("multiValueHeaders", {})
    present = {name.lower() for name in sent}
    common = _SECURITY | _ids(request) | {"Cache-Control": "no-store"} | _cors(event, origins)
    for name, value in common.items():
        if name.lower() not in present:
            sent[name] = [value]
    answer["multiValueHeaders"] = dict(sent)


def _ids(request: Request) -> dict[str, str]:
    """Return the request's id under both names: Yandex overwrites `X-Request-ID` in every response."""
    return {"X-Request-ID": request.id, "X-Correlation-ID": request.id}


def preflight(event: Mapping[str, Any], origins: frozenset[str]) -> dict[str, Any] | None:
    """Return the response to an OPTIONS request, or None for any other request."""
    if event.get("httpMethod") != "OPTIONS":
        return None
    allowed = _cors(event, origins)
    if "Access-Control-Allow-Origin" in allowed:
        allowed |= {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": "600",
        }
    multi_value_headers = {name: [value] for name, value in allowed.items()}
    return {"statusCode": 204, "multiValueHeaders": multi_value_headers, "body": "", "isBase64Encoded": False}


def _cors(event: Mapping[str, Any], origins: frozenset[str]) -> dict[str, str]:
    """Return CORS headers for an origin equal to a configured one; bearer tokens need no credentials flag."""
    if not origins:
        return {}
    origin = header(event, "Origin")
    if origin not in origins:
        return {"Vary": "Origin"}
    return {"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _EXPOSED}
