"""Error rate and response time from the request counts of either cloud's gateway."""

import math
from collections.abc import Sequence

from auto360.providers.metrics import Sample, SourceFailure

ERROR_RATE, RESPONSE_TIME = "error_rate", "response_time"
WINDOW_SECONDS = 180
# One failure among five requests at night is no alert.
MIN_REQUESTS = 20


def traffic_readings(*, requests: float, failures: float, slow_seconds: float | None) -> Sequence[Sample]:
    """Return samples of one window: percent of responses with a status from 500, and the 95th percentile in seconds.

    No request gives no sample: a gateway that is down has none either. Raises SourceFailure for infinite numbers.
    """
    if not all(map(math.isfinite, (requests, failures, slow_seconds or 0.0))):
        raise SourceFailure("unreadable")
    if requests < 1:
        return [Sample(ERROR_RATE, None), Sample(RESPONSE_TIME, None)]
    weak = requests < MIN_REQUESTS
    slow = None if slow_seconds is None else round(slow_seconds, 3)
    return [
        Sample(ERROR_RATE, round(100 * failures / requests, 2), weak=weak),
        Sample(RESPONSE_TIME, slow, weak=weak),
    ]
