"""The port to the CDN before our own files: replicas, thumbnails, and our addresses of playback."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


class CdnFailure(Exception):
    """The CDN did not certainly do what it was asked. `code` is for operators; `retry_after` in seconds, where told."""

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True)
class Caching:
    """How answers are kept: seconds at the edge and at the viewer. None leaves it to what stands above, or the origin.

    `cors`: origins of pages that may read answers. `slices`: large files are fetched and kept in parts.
    `keeps_redirects`: the edge keeps 301 and 302 for the same time.
    """

    edge_seconds: int | None = None
    keeps_redirects: bool | None = None
    browser_seconds: int | None = None
    cors: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    slices: bool | None = None
    ignore_query: bool | None = None
    ignore_cookies: bool | None = None
    https_only: bool | None = None
    stale_on: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Rule:
    """Other caching for paths that match a regular expression; the lowest weight is looked at first."""

    name: str
    pattern: str
    weight: int
    caching: Caching
    id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Resource:
    """The CDN's settings. `has_certificate`: it answers by HTTPS and HTTP/2 under our name."""

    caching: Caching
    rules: tuple[Rule, ...] = ()
    has_certificate: bool = True


class Cdn(Protocol):
    """Settings and contents of the CDN. Every method raises CdnFailure."""

    def read(self) -> Resource:
        """The settings as they are."""

    def change(self, caching: Caching) -> None:
        """Set what is named; None changes nothing."""

    def put_rule(self, rule: Rule) -> None:
        """Create a rule, or change the one of its id."""

    def remove_rule(self, rule: Rule) -> None:
        """Remove a rule."""

    def purge(self, paths: Sequence[str]) -> None:
        """Forget these paths, at most ten; a `*` may stand at the end. One call a minute; it takes up to 15 minutes."""
