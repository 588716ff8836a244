"""Request facts for every route: id, language, address, client; read from the event alone."""

import base64
import ipaddress
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler.depends import Depends

from auto360.core.messages import Language, language_of
from auto360.http.declarations import Declares
from auto360.observability import request_context

_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}")
# A long part of a path is an id, or the secret of a webhook or of a mail's link; names of routes are shorter.
_MAYBE_SECRET = re.compile(r"/(?!\{)[^/]{20,}")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
REQUEST = "request"
"""Key under which the running request is kept in its context."""


@dataclass(frozen=True)
class Request:
    """Caller and route. `address` is the gateway's word, never a header's.

    `route` may be logged: the path template, or the path without its long parts where an event has no template.
    """

    id: str
    method: str
    route: str
    address: str
    language: Language
    user_agent: str


def header(event: Mapping[str, Any], name: str) -> str:
    """Return a request header by its name in any case, or an empty text."""
    wanted = name.lower()
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == wanted:
            return str(value or "")
    return ""


def header_lines(event: Mapping[str, Any], name: str) -> list[str]:
    """Return every line of a request header, by its name in any case: several where the event keeps them apart."""
    for key, values in (event.get("multiValueHeaders") or {}).items():
        if key.lower() == name.lower() and isinstance(values, list):
            return [str(value) for value in values]
    line = header(event, name)
    return [line] if line else []


def request_of(event: Mapping[str, Any]) -> Request:
    """Read the request out of an HTTP event of any shape; never raises."""
    context = event.get("requestContext") or {}
    identity = context.get("identity") or {}
    return Request(
        id=_request_id(event, context),
        method=str(event.get("httpMethod") or ""),
        route=_MAYBE_SECRET.sub("/*", str(event.get("resource") or event.get("path") or "/")),
        address=_address(str(identity.get("sourceIp"))),
        language=language_of(header(event, "Accept-Language")),
        user_agent=_UNPRINTABLE.sub("", header(event, "User-Agent") or str(identity.get("userAgent") or ""))[:512],
    )


def _request_id(event: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Return X-Request-ID if it is a plain token, else the gateway's id, else a new one."""
    for candidate in (header(event, "X-Request-ID"), str(context.get("requestId") or "")):
        if _REQUEST_ID.fullmatch(candidate) and not candidate.replace("-", "").isdigit():
            return candidate
    return uuid.uuid4().hex


@lru_cache(maxsize=256)
def _address(source: str) -> str:
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        # One shared bucket for callers without an address: limits are then stricter.
        return "0.0.0.0"  # noqa: S104
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def place_of(address: str) -> str:
    """Return the network of one caller: an IPv4 address, or the /64 of an IPv6 address."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


def current_request(event: Mapping[str, Any]) -> Request:
    """Return the running request, as read from its event by the entry point."""
    return request_context.once(REQUEST, lambda: request_of(event))


def _current(resolved: ResolvedRequest) -> Request:
    return current_request(resolved.resolved_event.raw_event)


CurrentRequest = Annotated[Request, Depends(_current)]
"""Parameter type for the current request."""


def _arrived(resolved: ResolvedRequest) -> frozenset[str]:
    return frozenset(str(name).lower() for name in resolved.resolved_event.raw_event.get("headers") or {})


ArrivedHeaders = Annotated[frozenset[str], Depends(_arrived)]
"""Parameter type of a route that needs the names of the received headers, in small letters."""


def raw_body_of(event: Mapping[str, Any]) -> bytes:
    """Return the body bytes that `entrypoint(app, body="raw")` has checked."""
    return base64.b64decode(event.get("body") or "")


def _raw_body(resolved: ResolvedRequest) -> bytes:
    return raw_body_of(resolved.resolved_event.raw_event)


RawBody = Annotated[bytes, Depends(_raw_body), Declares(takes_any_body=True)]
"""Parameter type for the unchanged bytes of a webhook; needs `entrypoint(app, body="raw")`."""
