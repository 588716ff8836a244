"""Cacheable responses: `ETag`, `Cache-Control` and 304."""

import hashlib
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from auto360.http.declarations import Declares, declares
from auto360.http.envelope import to_json
from auto360.http.requests import header

Middleware = Callable[[APIGatewayRestResolver, NextMiddleware], Response[Any]]


def shared(seconds: int) -> Middleware:
    """Return middleware that lets browsers and a CDN keep responses to anonymous callers for `seconds`.

    Responses to signed-in callers are private and kept nowhere, but carry an `ETag` as well.
    """

    @declares(Declares(answers_not_modified=True))
    def middleware(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        event = app.current_event.raw_event
        response: Response[Any] = next_middleware(app)
        if response.status_code != 200:
            return response
        response.body = to_json(response.body)
        # Weak: a gateway may compress the body on its way.
        tag = f'W/"{hashlib.sha256(response.body.encode()).hexdigest()[:32]}"'
        is_shared = not header(event, "Authorization")
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = f"public, max-age={seconds}" if is_shared else "private, no-cache"
        response.headers["Vary"] = "Authorization, Origin"
        if _has(header(event, "If-None-Match"), tag):
            response.status_code, response.body = 304, ""
        return response

    return middleware


def _has(if_none_match: str, tag: str) -> bool:
    opaque = tag.removeprefix("W/")
    return any(known.strip().removeprefix("W/") in (opaque, "*") for known in if_none_match.split(","))
