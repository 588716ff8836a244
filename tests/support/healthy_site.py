"""Local site that answers the smoke calls like a healthy deployment, and can be made to fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.smoke import CALLS, Reply

_ALWAYS = {
    "content-security-policy": "default-src 'none'",
    "strict-transport-security": "max-age=1",
    "cache-control": "no-store",
    "x-correlation-id": "r-1",
    "location": "/admin/sign-in",
}
_CODES = {401: "authentication_required", 404: "not_found", 422: "validation_failed", 400: "invalid_json"}


@dataclass
class HealthySite:
    """`broken` answers every path that contains it with 502; `kept_back` are headers that never reach a function."""

    broken: str = "nothing is broken"
    kept_back: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Answer one request: the `Send` port."""
        path = url.removeprefix("https://").partition("/")[2]
        self.asked.append(f"{method} /{path}")
        if self.broken in url:
            return Reply(502)
        arrived = {name.lower(): True for name in headers if name not in self.kept_back}
        calls = [call for call in CALLS if (call.method, call.path) == (method, f"/{path}") and call.body == body]
        status = calls[0].status if calls else 204
        sent = {**_ALWAYS, "content-type": "text/html" if "admin" in path else "application/json"}
        if method == "HEAD" or status == 204:
            return Reply(status, sent)
        told = {"code": _CODES.get(status), "request_id": "r-1", "data": {"status": "ok", "arrived": arrived}}
        return Reply(status, sent, b'<html lang="en">' if "admin" in path else json.dumps(told).encode())
