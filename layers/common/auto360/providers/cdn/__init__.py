"""Port to the CDN before our own files: replicas, thumbnails, playback addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


class CdnFailure(Exception):
    """Request not certainly executed. `code` is for staff; `retry_after` in seconds, where known."""

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True)
class Caching:
    """Cache lifetimes: seconds at the edge and at the viewer. None inherits, in the end the provider's default.

    `cors`: origins of pages that may read answers. `slices`: large files are fetched and kept in parts.
    `keeps_redirects`: the edge keeps 301 and 302 for the same time. `browser_as_origin`: viewers get the origin's own
    `Cache-Control`. `follows_redirects`: the edge fetches the target of a redirect. `keeps_posts`: POST is kept too.
    """

    edge_seconds: int | None = None
    keeps_redirects: bool | None = None
    browser_seconds: int | None = None
    browser_as_origin: bool | None = None
    cors: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    slices: bool | None = None
    ignore_query: bool | None = None
    ignore_cookies: bool | None = None
    https_only: bool | None = None
    stale_on: tuple[str, ...] | None = None
    follows_redirects: bool | None = None
    keeps_posts: bool | None = None


@dataclass(frozen=True)
class Rule:
    """Caching for paths that match a regular expression; the lowest weight is evaluated first."""

    name: str
    pattern: str
    weight: int
    caching: Caching
    id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Resource:
    """Settings of the CDN. `has_certificate`: it serves HTTPS and HTTP/2 under our name."""

    caching: Caching
    rules: tuple[Rule, ...] = ()
    has_certificate: bool = True


class Cdn(Protocol):
    """Settings and contents of the CDN. Every method raises CdnFailure."""

    def read(self) -> Resource:
        """Return the current settings."""

    def change(self, caching: Caching) -> None:
        """Set the named values; None changes nothing."""

    def put_rule(self, rule: Rule) -> None:
        """Create a rule, or change the one of its id."""

    def remove_rule(self, rule: Rule) -> None: ...

    def purge(self, paths: Sequence[str]) -> None:
        """Purge at most ten paths; a `*` may stand at the end. One call a minute; takes up to 15 minutes."""
