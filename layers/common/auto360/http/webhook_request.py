"""Bank webhook requests as received, and responses in the bank's form; neither uses our envelope."""

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from auto360.http.declarations import Declares
from auto360.http.requests import raw_body_of
from auto360.providers.payments import Callback, CallbackAnswer


def _bank_webhook(resolved: ResolvedRequest) -> Callback:
    event = resolved.resolved_event.raw_event
    headers = {str(name).lower(): str(value or "") for name, value in (event.get("headers") or {}).items()}
    return Callback(path=str(event.get("path") or "/"), headers=headers, body=raw_body_of(event))


BankWebhook = Annotated[Callback, Depends(_bank_webhook), Declares(takes_any_body=True, statuses=(401, 403, 503))]
"""Parameter type for a bank's webhook; needs `entrypoint(app, body="raw")`."""


def with_secret(call: Callback, secret: str) -> Callback:
    """Return the request with the last part of its path as secret, for a bank without signatures."""
    return replace(call, path_secret=secret)


def in_the_banks_form(answer: CallbackAnswer) -> Response[str]:
    """Return the response in the bank's form."""
    return Response(answer.status, content_type=answer.content_type, body=answer.body)
