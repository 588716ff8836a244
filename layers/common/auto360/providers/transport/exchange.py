"""Call to a provider: the meaning of a failure, and tries within a single deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

# Minimum time for a try.
_MIN_SECONDS = 0.05


class Unanswered(Exception):
    """No answer. `arrived` is False when the server cannot have acted on the request."""

    def __init__(self, code: str, *, arrived: bool) -> None:
        super().__init__(code)
        self.code, self.arrived = code, arrived


def send(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send and return the response of any status. Raises Unanswered: connect, endless_reply, no_reply."""
    import httpx

    from auto360.providers.transport.bodies import AnswerTooLarge

    try:
        return http.send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unanswered("connect", arrived=False) from error
    except AnswerTooLarge as error:
        raise Unanswered("endless_reply", arrived=True) from error
    except httpx.HTTPError as error:
        raise Unanswered("no_reply", arrived=True) from error


@dataclass(frozen=True)
class RetryPolicy:
    """Time and tries of one call: `total_seconds` with all tries and waits, `call_seconds` for each try."""

    total_seconds: float = 8.0
    call_seconds: float = 4.0
    tries: int = 3
    first_wait_seconds: float = 0.3


@dataclass
class Tries:
    """Tries of one call, from now on. `pause` and `jitter` (0 to 1) are injected for tests."""

    policy: RetryPolicy
    pause: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    ends_at: float = field(init=False)
    _number: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.ends_at = time.monotonic() + self.policy.total_seconds

    def timeout(self) -> float:
        """Return the seconds for the next try, at least a moment."""
        return max(_MIN_SECONDS, min(self.policy.call_seconds, self.left()))

    def left(self) -> float:
        """Return the seconds until the deadline."""
        return self.ends_at - time.monotonic()

    def is_over(self) -> bool:
        """Return True when the remaining time is too short for a try."""
        return self.left() <= _MIN_SECONDS

    def wait(self, seconds: float | None = None) -> bool:
        """Wait before the next try, doubling each time or as long as requested; False when there is none."""
        self._number += 1
        wait = seconds or self.policy.first_wait_seconds * 2.0 ** (self._number - 1) * (0.5 + self.jitter())
        if self._number >= self.policy.tries or wait >= self.left():
            return False
        self.pause(wait)
        return True
