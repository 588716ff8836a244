"""Round of the benchmark: a login from code to profile, feed and chats, every call a separate cold start."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.cold_start.candidates import Candidate, Measurement
from benchmarks.cold_start.services import Services

STEPS = ("health", "request_code", "verify_code", "session", "listings", "chat")
ROUTES = {
    "health": ("GET", "/health"),
    "request_code": ("POST", "/api/auth/request-code"),
    "verify_code": ("POST", "/api/auth/verify-code"),
    "session": ("GET", "/api/auth/me"),
    "listings": ("GET", "/api/listings"),
    "chat": ("GET", "/api/chat/threads"),
}


@dataclass
class Login:
    """User who logs in on one side; each step stores the values for the next one."""

    phone: str
    address: str
    request_id: str = ""
    token: str = ""

    def event(self, step: str, services: Services) -> dict[str, Any]:
        """Return the event of a step, in the form of AWS REST and Yandex 1.0."""
        method, path = ROUTES[step]
        body: dict[str, str] | None = None
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if step == "request_code":
            body = {"phone": self.phone}
        elif step == "verify_code":
            code = services.code_sent_to(self.phone)
            body = {"phone": self.phone, "code": code, "requestId": self.request_id}
        return event_of(method, path, json.dumps(body) if body else "", address=self.address, headers=headers)

    def remember(self, step: str, body: Mapping[str, Any]) -> None:
        """Store the request id and the token."""
        if step == "request_code":
            self.request_id = body["data"]["requestId"]
        elif step == "verify_code":
            self.token = body["data"]["token"]


def run_round(
    sides: Mapping[str, Mapping[str, Candidate]],
    logins: Mapping[str, Login],
    services: Services,
    report: Callable[[str, str, Measurement], None],
    *,
    counting: bool,
) -> None:
    """Measure every step on every side, the sides of one step directly after one another. Raises on any refusal."""
    for step in STEPS:
        for side, candidates in sides.items():
            login = logins[side]
            measured = candidates[step].measure(login.event(step, services), counting=counting)
            if measured.status != 200:
                raise RuntimeError(f"{side} {step} answered {measured.status}: {measured.body.get('code')}")
            login.remember(step, measured.body)
            report(side, step, measured)


def event_of(method: str, path: str, body: str, *, address: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return an event in the form of AWS REST and Yandex 1.0."""
    headers = {"Host": "bench.invalid", "Accept-Language": "ru", "User-Agent": "benchmark", **headers}
    if body:
        headers["Content-Type"] = "application/json"
    return {
        "version": "1.0",
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {},
        "multiValueQueryStringParameters": {},
        "pathParameters": {},
        "requestContext": {
            "identity": {"sourceIp": address, "userAgent": "benchmark"},
            "httpMethod": method,
            "requestId": "00000000-0000-4000-8000-000000000000",
        },
        "body": body,
        "isBase64Encoded": False,
    }
