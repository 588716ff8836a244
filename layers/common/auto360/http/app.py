"""HTTP application of one function: `make_app` for its routes, `entrypoint` for the cloud."""

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from logging import getLevelNamesMapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError

from auto360.container.settings import app_settings
from auto360.core.errors import DomainError, Internal, InvalidJson, NotFound, SettingsInvalid
from auto360.core.invocation_token import remember_grant
from auto360.core.settings import AppSettings
from auto360.http import headers
from auto360.http.envelope import failure, to_json
from auto360.http.events import BodyKind, Event, http_request, is_http
from auto360.http.requests import REQUEST, Request, request_of
from auto360.http.signatures import read_once
from auto360.http.snapshots import Prepare, register
from auto360.http.validation import validation_failed
from auto360.observability import request_context
from auto360.observability.logging import logger
from auto360.observability.tracing import observed, report
from auto360.providers import database

Handler = Callable[[Event, Any], dict[str, Any]]

MAX_BODY_BYTES = 64 * 1024


def make_app() -> APIGatewayRestResolver:
    """Build an application without routes, whose every refusal is in the envelope; reads no environment."""
    read_once()
    app = APIGatewayRestResolver(
        enable_validation=True,
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        serializer=to_json,
    )

    def refuse(error: Exception) -> Response[str]:
        event = app.current_event.raw_event
        answer = failure_for(error, request_of(event))
        refusal_headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return Response(answer["statusCode"], body=answer["body"], headers=refusal_headers)

    # The resolver looks handlers up by the error's class, most specific first; the last one is for the unforeseen.
    for kind in (DomainError, RequestValidationError, RequestUnsupportedContentType, NotFoundError, Exception):
        app.exception_handler(kind)(refuse)
    return app


def failure_for(error: Exception, request: Request) -> dict[str, Any]:
    """Return the response to an exception, in the envelope."""
    return failure(refused(error, request), language=request.language, request_id=request.id)


def refused(error: Exception, request: Request) -> DomainError:
    """Return the refusal for an exception. Unforeseen ones are logged whole and become `internal`."""
    if isinstance(error, RequestUnsupportedContentType):
        error = InvalidJson()
    elif isinstance(error, RequestValidationError):
        error = validation_failed(error.errors(), request.language)
    elif isinstance(error, NotFoundError):
        error = NotFound()
    elif isinstance(error, SettingsInvalid):
        logger.error("settings invalid", extra={"problem": str(error)})
        report(error)
        error = Internal()
    elif not isinstance(error, DomainError):
        logger.error("unforeseen error", exc_info=error)
        report(error)
        error = Internal()
    elif error.status >= 500:
        logger.error("request failed", extra={"code": error.code, "cause": _cause(error)})
    return error


def _cause(error: DomainError) -> str:
    """Return the reason for the log: the database's own, else the class of the cause."""
    return (isinstance(error, database.DatabaseUnavailable) and error.reason) or type(error.__cause__).__name__


def entrypoint(
    app: APIGatewayRestResolver,
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    body: BodyKind = "json",
    ready: Callable[[], object] = lambda: None,
    prepare: Sequence[Prepare] = (),
) -> Handler:
    """Wrap an application as the cloud's handler. Never raises: Yandex would show the stack trace to the client.

    With `body="raw"` routes read their body by a parameter of type `RawBody`. `ready` runs before every answer, a
    preflight's too, and may raise SettingsInvalid: unusable settings show before a user comes. `prepare` runs before
    a snapshot of the process is taken, where the cloud takes one.
    """
    register((app_settings, ready, *prepare))

    def handler(event: Event, context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        event = event if is_http(event) else {}
        request = _begin(event, context)
        try:
            settings = _settings(ready)
            answer = headers.preflight(event, settings.origins)
            if answer is None:
                with observed(settings, kind="http.server", name=f"{request.method} {request.route}"):
                    answer = app.resolve(http_request(event, max_bytes=max_body_bytes, body=body), context)
            headers.complete(answer, event, request, settings.origins)
        except Exception as error:  # noqa: BLE001 - top-level error handler
            answer = failure_for(error, request)
            headers.complete(answer, event, request, frozenset())
        _end(request, answer, started)
        return answer

    return handler


def _begin(event: Event, context: Any) -> Request:
    """Clear the state of the previous request and bind this one to the logs and to outgoing calls."""
    database.reset_round_trips()
    remember_grant(context)
    logger.clear_state()
    request = request_of(event)
    request_context.begin(request.id)
    request_context.keep(REQUEST, request)
    logger.append_keys(request_id=request.id)
    return request


def _settings(ready: Callable[[], object]) -> AppSettings:
    """Return the settings of the application, applied to the log, after `ready`. Raises SettingsInvalid."""
    settings = app_settings()
    if logger.log_level != getLevelNamesMapping()[settings.log_level]:
        # A change clears what every logger of the process remembers.
        logger.setLevel(settings.log_level)
    ready()
    return settings


def _end(request: Request, answer: dict[str, Any], started: float) -> None:
    """Drop the caller's token, the body of a response to HEAD, and log the request."""
    database.act_for(None)
    if request.method == "HEAD":
        answer |= {"body": "", "isBase64Encoded": False}
    logger.info(
        "request done",
        extra={
            "method": request.method,
            "route": request.route,
            "status": answer["statusCode"],
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
            "database_round_trips": database.round_trips(),
            "waited_ms": round(sum(call.milliseconds for call in request_context.made()), 1),
        },
    )
