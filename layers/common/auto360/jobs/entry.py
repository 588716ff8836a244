"""Jobs started by timers and storage events. Exceptions propagate, so that the platform repeats the job."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from auto360.container.secrets import complete_environment
from auto360.core.invocation_token import remember_grant
from auto360.core.settings import AppSettings
from auto360.observability import request_context
from auto360.observability.logging import logger
from auto360.observability.tracing import observed, report
from auto360.providers import database

Report = Mapping[str, int | str]


def job(run: Callable[[Mapping[str, Any]], Report]) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """Wrap a use case that takes the event and returns counters; they are logged and returned."""

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        database.reset_round_trips()
        remember_grant(context)
        logger.clear_state()
        request_id = str(getattr(context, "aws_request_id", "")) or uuid4().hex
        request_context.begin(request_id)
        logger.append_keys(request_id=request_id)
        try:
            complete_environment()
            settings = AppSettings.load()
            logger.setLevel(settings.log_level)
            with observed(settings, kind="job", name=str(getattr(context, "function_name", "")) or run.__module__):
                counters = _run(run, event)
        except Exception:
            logger.exception("job failed")
            raise
        logger.info("job done", extra={**counters, "duration_ms": round((time.perf_counter() - started) * 1000)})
        return counters

    return handler


def _run(run: Callable[[Mapping[str, Any]], Report], event: Mapping[str, Any]) -> dict[str, int | str]:
    """Run the use case; exceptions are reported before the instance freezes, then re-raised."""
    try:
        return dict(run(event))
    except Exception as error:
        report(error)
        raise
