"""Events of both clouds in one shape each: AWS REST (payload 1.0) requests, timer ticks, stored objects.

Shapes: docs/reference/yandex-cloud.md. Trusts no header for the client's address: it is the gateway's own value in
`requestContext.identity.sourceIp`.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn
from urllib.parse import unquote

from auto360.core.errors import InvalidJson, PayloadTooLarge

Event = dict[str, Any]

BodyKind = Literal["json", "raw"]
"""Kinds of bodies: JSON, or the raw bytes of a provider's webhook."""

# Paths outside /api; any other without the prefix is an alias of the app (docs/reference/app-contract.md, 1.1).
_OTHER_ROOTS = ("/api/", "/health", "/webhooks/", "/admin", "/.well-known/")
_ALIASES = ("/api/api/", "/api/v1/")


@dataclass(frozen=True)
class StoredObject:
    """Object named by a storage event. Yandex sends no size: query the storage."""

    bucket: str
    key: str
    event_id: str


def http_request(event: Mapping[str, Any], *, max_bytes: int, body: BodyKind = "json") -> Event:
    """Return a copy of an HTTP event as payload 1.0 with a canonical path and a text body.

    Takes AWS REST, Yandex 1.0, Yandex 0.1 and Yandex direct calls. Raises PayloadTooLarge for a body over
    `max_bytes` and InvalidJson for one that is not text, not JSON, not declared as JSON, or nested without end.
    HEAD becomes a GET of the same path.
    A `raw` body may be anything and stays in base64 as received: its signature covers its bytes.
    """
    request = dict(event)
    if not is_http(event):
        raise InvalidJson
    if event["httpMethod"] == "HEAD":
        request["httpMethod"] = "GET"
    request["path"] = canonical_path(called_path(event))
    request["pathParameters"] = event.get("pathParameters") or event.get("pathParams") or {}
    request["headers"] = event.get("headers") or {}
    if body == "raw":
        request["body"] = base64.b64encode(raw_body(event, max_bytes=max_bytes)).decode()
        request["isBase64Encoded"] = True
        return request
    request["body"] = _text_body(event, max_bytes=max_bytes)
    if request["body"] and not _says_json(request["headers"]):
        raise InvalidJson
    request["isBase64Encoded"] = False
    return request


def raw_body(event: Mapping[str, Any], *, max_bytes: int) -> bytes:
    """Return the bytes of a body. Raises PayloadTooLarge, and InvalidJson for broken base64."""
    body = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if len(body) > max_bytes * (4 / 3 if encoded else 1) + 4:
        raise PayloadTooLarge
    try:
        content = base64.b64decode(body, validate=True) if encoded else body.encode()
    except (ValueError, binascii.Error):
        raise InvalidJson from None
    if len(content) > max_bytes:
        raise PayloadTooLarge
    return content


def called_path(event: Mapping[str, Any]) -> str:
    """Return the requested path: some events of Yandex contain the route's template in `path`."""
    if event.get("version") == "1.0" or "pathParams" not in event:
        return str(event.get("path") or "/")
    # Yandex 0.1 and direct calls: `path` is the route's template or absent, `url` is the requested address.
    return str(event.get("url") or "/").split("?")[0]


def canonical_path(path: str) -> str:
    """Return the canonical path of a route for any base address: `/auth/me` → `/api/auth/me`."""
    path = "/" + unquote(path).strip("/")
    for alias in _ALIASES:
        if path.startswith(alias):
            return "/api/" + path[len(alias) :]
    if path == "/" or path.startswith(_OTHER_ROOTS):
        return path
    return "/api" + path


def _text_body(event: Mapping[str, Any], *, max_bytes: int) -> str:
    content = raw_body(event, max_bytes=max_bytes)
    try:
        body = content.decode()
        _check_json(body)
    except (ValueError, RecursionError):
        raise InvalidJson from None
    return body


def _says_json(headers: Mapping[str, Any]) -> bool:
    """Return True for a body declared as JSON or not declared; forms of other sites can declare neither."""
    declared = next((str(value) for name, value in headers.items() if name.lower() == "content-type"), "")
    return declared.split(";")[0].strip().lower() in ("", "application/json")


def _check_json(body: str) -> None:
    """Raise InvalidJson for deep nesting, NaN, or numbers of a thousand digits, which break inner parsers."""
    if body.lstrip()[:1] in ("{", "["):
        json.loads(body, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def is_http(event: Any) -> bool:
    """Return True for an HTTP request; False for a timer tick or a raw call."""
    if not isinstance(event, Mapping) or not isinstance(event.get("httpMethod"), str):
        return False
    context = event.get("requestContext")
    return (
        isinstance(context, Mapping)
        and isinstance(context.get("identity") or {}, Mapping)
        and isinstance(event.get("headers") or {}, Mapping)
        and isinstance(event.get("body") or "", str)
    )


def timer_event_id(event: Mapping[str, Any]) -> str:
    """Return the id of a timer tick (Yandex `event_metadata.event_id`, AWS `id`); repeats have the same."""
    for message in event.get("messages") or ():
        return str(message["event_metadata"]["event_id"])
    return str(event.get("id") or "")


def timer_input(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON object of a timer in the template (Yandex: the payload; AWS: the event itself)."""
    text = next((message["details"].get("payload") for message in event.get("messages") or ()), None)
    found = json.loads(text) if text else dict(event)
    return found if isinstance(found, Mapping) else {}


def stored_objects(event: Mapping[str, Any]) -> Iterator[StoredObject]:
    """Yield the created objects of a Yandex or AWS storage event."""
    for message in event.get("messages") or ():
        meta, details = message["event_metadata"], message["details"]
        if str(meta["event_type"]).endswith("ObjectCreate"):
            yield StoredObject(details["bucket_id"], details["object_id"], str(meta["event_id"]))
    for record in event.get("Records") or ():
        if str(record.get("eventName", "")).startswith("ObjectCreated"):
            stored = record["s3"]
            key = unquote(stored["object"]["key"].replace("+", " "))
            event_id = str(record.get("responseElements", {}).get("x-amz-request-id", ""))
            yield StoredObject(stored["bucket"]["name"], key, event_id or f"{stored['bucket']['name']}/{key}")
