"""Observation of requests and jobs: slow calls go to the log, failures and traces to Sentry."""

from collections.abc import Iterator
from contextlib import contextmanager
from sys import modules

from auto360.core.settings import AppSettings
from auto360.observability import request_context
from auto360.observability.logging import logger


@contextmanager
def observed(settings: AppSettings, *, kind: str, name: str) -> Iterator[None]:
    """Observe the block. `kind` is `http.server` or `job`; `name` is a path template or a job, never a path."""
    try:
        if settings.sentry_dsn:
            from auto360.observability.sentry import traced

            with traced(settings, kind=kind, name=name):
                yield
        else:
            yield
    finally:
        _log_slow_calls(settings.slow_call_ms)


def _log_slow_calls(min_ms: int) -> None:
    for call in request_context.made():
        if call.milliseconds >= min_ms:
            told = {"target": call.target, "call_status": call.status, "duration_ms": call.milliseconds}
            logger.warning("slow call", extra=told)


def report(error: BaseException) -> None:
    """Report an unforeseen failure to Sentry, where configured. Never raises."""
    if "auto360.observability.sentry" not in modules:
        return
    from auto360.observability.sentry import capture

    try:
        capture(error)
    except Exception as problem:  # noqa: BLE001 - the answer to the caller is worth more than a report
        logger.warning("failure not reported", extra={"problem": type(problem).__name__})
