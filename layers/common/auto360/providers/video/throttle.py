"""Own rate limit on calls to a provider, shared by all runs; uploads of users have priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auto360.providers.rate_limit import Limit, RequestCounter
from auto360.providers.transport.line import Reply
from auto360.providers.transport.lines import Lines
from auto360.providers.video import VideoBusy

if TYPE_CHECKING:
    import httpx

# Short windows: any sixty seconds of the provider overlap at most seven of them.
_WINDOW_SECONDS = 10


@dataclass(frozen=True)
class PacedCalls:
    """Calls below one address, of certain methods, and their limit per minute."""

    name: str
    base_url: str
    methods: frozenset[str]
    per_minute: int

    def limit(self) -> Limit:
        """Return the limit of a window."""
        return Limit(self.name, max(1, self.per_minute * _WINDOW_SECONDS // 60), _WINDOW_SECONDS)

    def includes(self, method: str, url: str) -> bool:
        """Return True for a request of this group."""
        return method in self.methods and url.startswith(self.base_url)


@dataclass(frozen=True)
class Pace:
    """Counts every call before it is made."""

    counter: RequestCounter
    groups: tuple[PacedCalls, ...]

    def of_file(self, request: httpx.Request) -> None:
        """Count a call of httpx, as its hook."""
        self.count(request.method, str(request.url))

    def count(self, method: str, url: str) -> None:
        """Count a call. Raises VideoBusy above the limit; the call is not made."""
        for group in self.groups:
            if group.includes(method, url):
                limit = group.limit()
                count = self.counter.hit("all", limit)
                if count.hits > limit.max_hits:
                    raise VideoBusy("own_limit", retry_after=float(max(1, count.reset_in)))


@dataclass(frozen=True)
class PacedLines:
    """`Lines` that count every call beforehand."""

    behind: Lines
    pace: Pace

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, *, seconds: float
    ) -> Reply:
        """Count, then send. Raises VideoBusy above the limit."""
        self.pace.count(method, url)
        return self.behind.send(method, url, headers, content, seconds=seconds)
