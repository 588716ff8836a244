"""Cacheable responses: `ETag`, `Cache-Control` and 304; finished pages for guests."""

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from auto360.http.declarations import Declares, declares
from auto360.http.envelope import to_json
from auto360.http.requests import header
from auto360.observability import request_context
from auto360.providers.cache.pages import GuestPage, GuestPages

Middleware = Callable[[APIGatewayRestResolver, NextMiddleware], Response[Any]]


def shared(seconds: int) -> Middleware:
    """Return middleware that lets browsers and proxies keep responses to anonymous callers for `seconds`.

    Responses to signed-in callers are private and stored nowhere, but have an `ETag` as well.
    """

    @declares(Declares(answers_not_modified=True, kept_seconds=seconds))
    def middleware(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        event = app.current_event.raw_event
        response: Response[Any] = next_middleware(app)
        if response.status_code != 200:
            return response
        if isinstance(response, Finished):
            tag = str(response.headers["ETag"])
        else:
            tag, response.body = _tagged(response.body)
        is_shared = not header(event, "Authorization")
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = f"public, max-age={seconds}" if is_shared else "private, no-cache"
        response.headers["Vary"] = "Authorization, Origin"
        if _has(header(event, "If-None-Match"), tag):
            response.status_code, response.body = 304, ""
        return response

    return middleware


def kept_for_guests(pages: Callable[[], GuestPages], parameters: Collection[str]) -> Middleware:
    """Return middleware that keeps responses to anonymous callers whole; belongs after `shared`, which tags them.

    A page is found by the values of these validated query parameters, and never parsed again.
    """

    def middleware(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        event = app.current_event.raw_event
        if header(event, "Authorization"):
            return next_middleware(app)
        key = _key_of(event, parameters)
        before, page = pages().find(key)
        if page is None:
            response: Response[Any] = next_middleware(app)
            if response.status_code != 200:
                return response
            page = GuestPage(*_tagged(response.body))
            pages().keep(key, page, before)
        return Finished(200, content_type="application/json", body=page.body, headers={"ETag": page.tag})

    return middleware


def expected_by_guests(
    pages: Callable[[], GuestPages], parameters: Collection[str]
) -> Callable[[dict[str, Any]], None]:
    """Return a hook that `limited` calls before counting; both share one exchange with the cache."""

    def expect(event: dict[str, Any]) -> None:
        if not header(event, "Authorization"):
            pages().expect(_key_of(event, parameters))

    return expect


class Finished(Response[str]):
    """Response whose body is final JSON."""


def _key_of(event: dict[str, Any], parameters: Collection[str]) -> str:
    return request_context.once("guest page", lambda: _key(event, parameters))


def _key(event: dict[str, Any], parameters: Collection[str]) -> str:
    given = event.get("multiValueQueryStringParameters") or {}
    single = event.get("queryStringParameters") or {}
    asked = {name: given.get(name) or single.get(name) for name in sorted({*given, *single}) if name in parameters}
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _tagged(body: Any) -> tuple[str, str]:
    """Return the tag of a body, and the body as JSON. Weak: a gateway may compress the body."""
    text = to_json(body)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"', text


def _has(if_none_match: str, tag: str) -> bool:
    opaque = tag.removeprefix("W/")
    return any(known.strip().removeprefix("W/") in (opaque, "*") for known in if_none_match.split(","))
