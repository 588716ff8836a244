"""Own rate limit on calls to a provider, shared by all runs; uploads of users have priority."""

from dataclasses import dataclass

import httpx

from auto360.providers.rate_limit import Limit, RequestCounter
from auto360.providers.video import VideoBusy

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

    def includes(self, request: httpx.Request) -> bool:
        """Return True for a request of this group."""
        return request.method in self.methods and str(request.url).startswith(self.base_url)


@dataclass(frozen=True)
class Pace:
    """Counts every call before it is made. Used as an httpx hook."""

    counter: RequestCounter
    groups: tuple[PacedCalls, ...]

    def __call__(self, request: httpx.Request) -> None:
        """Count a call. Raises VideoBusy above the limit; the call is not made."""
        for group in self.groups:
            if group.includes(request):
                limit = group.limit()
                count = self.counter.hit("all", limit)
                if count.hits > limit.max_hits:
                    raise VideoBusy("own_limit", retry_after=float(max(1, count.reset_in)))
