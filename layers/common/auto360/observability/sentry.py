"""Sentry: unforeseen failures and traces, without personal data.

Loaded only when something is sent. Events hold the path template, request id and hosts of outgoing calls; texts are
scrubbed like log lines.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from auto360.core.settings import AppSettings
from auto360.observability import request_context
from auto360.observability.logging import scrub

if TYPE_CHECKING:
    from sentry_sdk.types import Event

_FLUSH_SECONDS = 2.0
_MIN_SPANS_MS = 1.0
_current: dict[str, Any] = {}


@contextmanager
def traced(settings: AppSettings, *, kind: str, name: str) -> Iterator[None]:
    """Trace the block; sends sampled traces before the instance is frozen."""
    _current.update(settings=settings, kind=kind, name=name, sent=False)
    started_at = time.time()
    try:
        yield
    finally:
        if random.random() < settings.sentry_traces_rate:  # noqa: S311 - a sample, no secret
            _send_trace(settings, kind=kind, name=name, started_at=started_at)
        if _current.get("sent"):
            import sentry_sdk

            sentry_sdk.flush(_FLUSH_SECONDS)
        _current.clear()


def capture(error: BaseException) -> None:
    """Send an error with the request's id; it is sent at the end of the request."""
    if not _current:
        return
    import sentry_sdk

    _start(_current["settings"])
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("request_id", request_context.request_id())
        scope.set_transaction_name(_current["name"])
        scope.capture_exception(error)
    _current["sent"] = True


def _send_trace(settings: AppSettings, *, kind: str, name: str, started_at: float) -> None:
    import sentry_sdk

    _start(settings)
    transaction = sentry_sdk.start_transaction(op=kind, name=name, start_timestamp=started_at, sampled=True)
    transaction.set_tag("request_id", request_context.request_id())
    for call in request_context.made():
        if call.milliseconds >= _MIN_SPANS_MS:
            span = transaction.start_child(op="http.client", name=call.target, start_timestamp=call.started_at)
            span.set_data("http.response.status_code", call.status)
            span.finish(end_timestamp=call.started_at + call.milliseconds / 1000)
    transaction.finish()
    _current["sent"] = True


@cache
def _start(settings: AppSettings) -> None:
    """Initialise the library once, without integrations: they would collect arguments, environments and bodies."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        environment=settings.app_env,
        release=settings.sentry_release or None,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        server_name="",
        traces_sample_rate=1.0,
        before_send=_scrubbed,
        before_send_transaction=_scrubbed,
    )


def _scrubbed(event: Event, _hint: dict[str, Any]) -> Event:
    cleaned: Event = _walk(event)
    return cleaned


def _walk(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: _walk(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(item) for item in value]
    return value
