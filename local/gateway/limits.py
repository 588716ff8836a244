"""Processes and queue of a function."""

from dataclasses import dataclass

# Running and waiting requests per instance of a function; also for a stage without a value.
QUEUE_FACTOR = 3


@dataclass(frozen=True)
class PoolLimits:
    """Processes of each function, and its running and waiting requests: like instances and requests of a zone."""

    workers: int
    requests: int
