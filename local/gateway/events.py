"""Builds the events of functions: HTTP in the cloud's payload format 1.0, and timer messages."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.gateway.routes import Match
from local.gateway.template import TimerEvent

Event = dict[str, Any]


@dataclass(frozen=True)
class HttpRequest:
    """Request at the gateway."""

    method: str
    path: str
    raw_path: str
    query: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: bytes
    address: str
    port: int
    request_id: str

    def header(self, name: str) -> str:
        """Return the last value of a header, or an empty text."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[-1] if found else ""


def http_event(request: HttpRequest, match: Match) -> Event:
    """Return the event of payload format 1.0."""
    headers = _gathered(_gateway_headers(request, match))
    query = _gathered(request.query)
    is_text = request.header("Content-Type").strip() == "application/json" and bool(request.body)
    body, encoded = _body(request.body, is_text=is_text)
    now = time.time()
    return {
        "version": "1.0",
        "resource": match.route.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query),
        "multiValueQueryStringParameters": query,
        "pathParameters": dict(match.parameters),
        "parameters": dict(match.parameters),
        "multiValueParameters": {name: [value] for name, value in match.parameters.items()},
        "operationId": f"{match.route.function.name}_{match.route.method.lower()}",
        "requestContext": {
            "identity": {"sourceIp": request.address, "userAgent": request.header("User-Agent")},
            "httpMethod": request.method,
            "requestId": request.request_id,
            "requestTime": _common_log_time(now),
            "requestTimeEpoch": int(now),
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


def timer_event(function: str, timer: TimerEvent) -> Event:
    """Return the message of a timer trigger."""
    return {
        "messages": [
            {
                "event_metadata": {
                    "event_id": str(uuid.uuid4()),
                    "event_type": "yandex.cloud.events.serverless.triggers.TimerMessage",
                    "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                    "cloud_id": "local",
                    "folder_id": "local",
                },
                "details": {"trigger_id": f"{function}-{timer.name}".lower(), "payload": timer.payload},
            }
        ]
    }


def stored_event(bucket: str, key: str) -> Event:
    """Return the message of an object-storage trigger, without size, type or version."""
    return {
        "messages": [
            {
                "event_metadata": {
                    "event_id": str(uuid.uuid4()),
                    "event_type": "yandex.cloud.events.storage.ObjectCreate",
                    "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                    "cloud_id": "local",
                    "folder_id": "local",
                },
                "details": {"bucket_id": bucket, "object_id": key},
            }
        ]
    }


def _body(body: bytes, *, is_text: bool) -> tuple[str, bool]:
    """Return the body: exactly `application/json` as text, all else as base64; an empty one is marked as base64."""
    if is_text:
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            return body.decode("utf-8", "replace"), False
    return base64.b64encode(body).decode("ascii"), True


def _gateway_headers(request: HttpRequest, match: Match) -> list[tuple[str, str]]:
    """Return the client's headers, and those that the gateway adds or replaces."""
    forwarded = [value for name, value in request.headers if name.lower() == "x-forwarded-for"]
    added = {
        "X-Request-Id": request.request_id,
        "X-Forwarded-For": ", ".join([*forwarded, request.address]),
        "X-Forwarded-Proto": "http",
        "X-Real-Remote-Address": f"{_bracketed(request.address)}:{request.port}",
        "X-Envoy-Original-Path": request.raw_path,
        "X-Serverless-Gateway-Id": "local",
        "X-Api-Gateway-Function-Id": match.route.function.name,
        "X-Trace-Id": request.request_id,
    }
    replaced = {name.lower() for name in added} | {"x-local-address"}
    own = [(_canonical(name), value) for name, value in request.headers if name.lower() not in replaced]
    return [*own, *added.items()]


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def _last(values: dict[str, list[str]]) -> dict[str, str]:
    return {name: several[-1] for name, several in values.items()}


def _canonical(name: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _common_log_time(now: float) -> str:
    moment = datetime.fromtimestamp(now, UTC)
    return f"{moment.day}/{moment:%b/%Y:%H:%M:%S} +0000"
