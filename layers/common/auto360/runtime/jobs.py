"""Jobs started by timers and storage events. What a job raises goes out, so that the platform repeats it."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from auto360.cloud import remember_grant
from auto360.runtime.logs import logger
from auto360.settings import AppSettings

Report = Mapping[str, int | str]


def job(run: Callable[[Mapping[str, Any]], Report]) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """Wrap a use case that takes the event and returns counters; they are logged and returned."""

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        remember_grant(context)
        logger.clear_state()
        logger.append_keys(request_id=str(getattr(context, "aws_request_id", "")))
        try:
            logger.setLevel(AppSettings.load().log_level)
            report = dict(run(event))
        except Exception:
            logger.exception("job failed")
            raise
        logger.info("job done", extra={**report, "duration_ms": round((time.perf_counter() - started) * 1000)})
        return report

    return handler
