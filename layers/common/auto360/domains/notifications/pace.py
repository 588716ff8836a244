"""Token bucket: a number of messages per second on average, and at most one second's number at once."""

import threading
import time
from collections.abc import Callable


class PushPace:
    """Permits that refill steadily. Safe for several threads."""

    def __init__(
        self,
        per_second: float,
        *,
        seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._seconds, self._sleep = per_second, seconds, sleep
        self._held, self._at, self._lock = per_second, seconds(), threading.Lock()

    def take(self, count: int) -> None:
        """Wait until `count` messages may be sent."""
        with self._lock:
            now = self._seconds()
            self._held = min(self._rate, self._held + (now - self._at) * self._rate) - count
            self._at = now
            wait = -self._held / self._rate
        if wait > 0:
            self._sleep(wait)

    def give_back(self, count: int) -> None:
        """Return permits that were not used."""
        with self._lock:
            self._held += count
