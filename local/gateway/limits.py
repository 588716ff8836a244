"""Processes and queue of a function."""

from dataclasses import dataclass

# Requests that run or wait, for each instance of a function; of a stage that names none, too.
QUEUE_FACTOR = 3


@dataclass(frozen=True)
class PoolLimits:
    """Processes of each function, and its requests that run or wait: the cloud's instances and requests of a zone."""

    workers: int
    requests: int
