"""`make smoke`: twenty calls from outside with known answers. None of them writes, logs in or costs anything.

They check the properties of a live gateway: headers that pass it in both directions, the function behind every kind of
route, and refusals in the API's own form. `make deploy` makes the same calls before it succeeds.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

_CALL_SECONDS = 15.0
_TRIES, _PAUSE_SECONDS = 5, 3.0
_NOBODY = "00000000-0000-4000-8000-000000000000"
_JSON = {"Content-Type": "application/json"}
_BEARER = {"Authorization": "Bearer smoke"}


@dataclass(frozen=True)
class Reply:
    """Response to a smoke call; `status` is 0 without a response. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """Return the body parsed as JSON, or None for any other body."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Call:
    """Smoke call. `look` returns the fault of a response with the expected status, or an empty text."""

    name: str
    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    look: Callable[[Reply], str] = lambda _reply: ""


Send = Callable[[str, str, Mapping[str, str], bytes | None], Reply]


def run(base: str, send: Send, *, pause: Callable[[float], None] = time.sleep) -> list[str]:
    """Make every call; returns a sentence for each unexpected answer.

    A call is repeated a few times: a new gateway and a new version need some seconds.
    """
    faults = []
    for call in CALLS:
        for turn in range(_TRIES):
            if turn:
                pause(_PAUSE_SECONDS)
            fault = _fault(call, send(call.method, base + call.path, call.headers, call.body))
            if not fault:
                break
        if fault:
            faults.append(f"{call.name}: {call.method} {call.path} {fault}.")
    return faults


def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    """Send one HTTP request; does not follow redirects."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310 - our own address
    try:
        with _OPENER.open(request, timeout=_CALL_SECONDS) as answer:
            return Reply(answer.status, _lowered(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Reply(error.code, _lowered(error.headers), error.read())
    except OSError:
        return Reply(0)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _fault(call: Call, reply: Reply) -> str:
    if reply.status != call.status:
        told = reply.body[:200].decode("utf-8", "replace")
        return f"answered {reply.status or 'nothing'} instead of {call.status}{f': {told}' if told else ''}"
    return call.look(reply)


def _arrived(*names: str) -> Callable[[Reply], str]:
    """Build the check that these request headers, and none of the other two, reached the function."""

    def look(reply: Reply) -> str:
        found = ((reply.json or {}).get("data") or {}).get("arrived") or {}
        lost = [name for name in names if not found.get(name)]
        return f"did not bring {' and '.join(lost)} to the function" if lost else ""

    return look


def _ok(reply: Reply) -> str:
    is_ok = isinstance(reply.json, dict) and (reply.json.get("data") or {}).get("status") == "ok"
    return "" if is_ok else "does not say that it is ok"


def _code(code: str) -> Callable[[Reply], str]:
    """Build the check that a refusal has our format, this code, and its id in the header that passes the gateway."""

    def look(reply: Reply) -> str:
        body = reply.json if isinstance(reply.json, dict) else {}
        if body.get("code") != code:
            return f"has the code {body.get('code')} instead of {code}"
        if reply.headers.get("x-correlation-id") != body.get("request_id"):
            return "does not carry its id in X-Correlation-ID"
        return ""

    return look


def _has(name: str, part: str) -> Callable[[Reply], str]:
    def look(reply: Reply) -> str:
        found = reply.headers.get(name, "")
        return "" if part.lower() in found.lower() else f"has {name}: {found or 'nothing'} instead of {part}"

    return look


def _page(word: str) -> Callable[[Reply], str]:
    return lambda reply: "" if word in reply.body.decode("utf-8", "replace") else f"shows no page with {word}"


def _empty(reply: Reply) -> str:
    return "has a body" if reply.body else ""


_REFUSED = "authentication_required"
CALLS = (
    Call("health", "GET", "/health", 200, look=_ok),
    Call("head", "HEAD", "/health", 200, look=_empty),
    Call("Authorization", "GET", "/health", 200, headers=_BEARER, look=_arrived("authorization")),
    Call("Cookie", "GET", "/health", 200, headers={"Cookie": "smoke=1"}, look=_arrived("cookie")),
    Call("security headers", "GET", "/health", 200, look=_has("content-security-policy", "default-src 'none'")),
    Call("transport security", "GET", "/health", 200, look=_has("strict-transport-security", "max-age")),
    Call("not cached", "GET", "/health", 200, look=_has("cache-control", "no-store")),
    Call("feed", "GET", "/api/listings?limit=1", 200, look=_has("content-type", "application/json")),
    Call("feed under its alias", "GET", "/listings?limit=1", 200, look=_has("content-type", "application/json")),
    Call("feed of the old app", "GET", "/api/v1/listings?limit=1", 200),
    Call("one listing", "GET", f"/api/listings/{_NOBODY}", 404, look=_code("not_found")),
    Call("a path parameter", "GET", "/api/listings/no-id", 422, look=_code("validation_failed")),
    Call("no token", "GET", "/api/auth/me", 401, look=_code(_REFUSED)),
    Call("a wrong token", "GET", "/api/auth/me", 401, headers=_BEARER, look=_code(_REFUSED)),
    Call("a body", "POST", "/api/auth/request-code", 422, headers=_JSON, body=b"{}", look=_code("validation_failed")),
    Call("a broken body", "POST", "/api/auth/request-code", 400, headers=_JSON, body=b"{", look=_code("invalid_json")),
    Call("preflight", "OPTIONS", "/api/listings", 204, headers={"Origin": "https://smoke.invalid"}, look=_empty),
    Call("sign-in page", "GET", "/admin/sign-in", 200, look=_has("content-type", "text/html")),
    Call(
        "cookie of a page",
        "GET",
        "/admin/sign-in",
        200,
        headers={"Cookie": "__Host-operator_language=en; operator_language=en"},
        look=_page('lang="en"'),
    ),
    Call("operations page", "GET", "/admin", 303, look=_has("location", "/admin/sign-in")),
)
