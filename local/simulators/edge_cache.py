"""Files cached by an edge of the CDN, by the options of its resource, until they expire, are purged, or are evicted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulators import edge_options
from local.simulators.edge_options import Options

UNSEEN_SECONDS = 36 * 3600
_MAX_BYTES = 256 * 1024 * 1024
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key:
    """Key of a cached file. It contains no header of the request except cookies, and not the caller."""

    path: str
    query: str
    cookies: str
    part: int | None = None


@dataclass
class Kept:
    """Cached answer. `total`: bytes of the whole file, of which this is a part."""

    status: int
    headers: Headers
    body: bytes
    ends_at: float
    used_at: float
    encoding: str | None = None
    total: int = 0

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((told for each, told in self.headers if each.lower() == name.lower()), None)


@dataclass
class EdgeCache:
    """One edge. Purges reach it `in_seconds` after the request for them."""

    resource: Callable[[], Options]
    rules: Callable[[], Iterable[Mapping[str, Any]]]
    now: Callable[[], float] = time.time
    counts: Counter[str] = field(default_factory=Counter)
    _kept: dict[Key, list[Kept]] = field(default_factory=dict)
    _purges: list[tuple[float, list[str]]] = field(default_factory=list)

    def options(self, path: str) -> dict[str, Any]:
        """Return the options for a path."""
        return edge_options.options_for(path, self.resource(), self.rules())

    def find(self, key: Key, accept_encoding: str) -> Kept | None:
        """Return a cached answer, expired ones too; only one of the headers that it varies by is compared."""
        self._carry_out_purges()
        now = self.now()
        for kept in self._kept.get(key, ()):
            if kept.encoding in (None, accept_encoding) and now - kept.used_at < UNSEEN_SECONDS:
                kept.used_at = now
                return kept
        return None

    def is_fresh(self, kept: Kept) -> bool:
        """Return False once the time of an answer is over."""
        return self.now() < kept.ends_at

    def keep(self, key: Key, kept: Kept) -> None:
        """Store an answer in place of the former one of the same encoding."""
        others = [each for each in self._kept.get(key, ()) if each.encoding != kept.encoding]
        self._kept[key] = [*others, kept]
        while sum(len(each.body) for all_of_key in self._kept.values() for each in all_of_key) > _MAX_BYTES:
            del self._kept[min(self._kept, key=lambda each: max(kept.used_at for kept in self._kept[each]))]

    def drop(self, path: str) -> None:
        """Remove every part of a file that changed during the read."""
        self._kept = {key: kept for key, kept in self._kept.items() if key.path != path}

    def purge(self, paths: list[str], *, in_seconds: float = 0) -> None:
        """Remove paths with any query; none means all. A `*` at the end is a wildcard."""
        self._purges.append((self.now() + in_seconds, paths))

    def paths(self) -> set[str]:
        """Return the unexpired answers."""
        self._carry_out_purges()
        return {key.path for key, kept in self._kept.items() if any(self.is_fresh(each) for each in kept)}

    def _carry_out_purges(self) -> None:
        due = [paths for at, paths in self._purges if at <= self.now()]
        self._purges = [purge for purge in self._purges if purge[0] > self.now()]
        for paths in due:
            left = {
                key: [each for each in kept if not _is_purged(key, each, paths)] for key, kept in self._kept.items()
            }
            self._kept = {key: kept for key, kept in left.items() if kept}


def _is_purged(key: Key, kept: Kept, paths: list[str]) -> bool:
    """Return False for an answer with `Vary` and its exact path: the provider requires a `*` behind it."""
    exact = {path for path in paths if not path.endswith("*")}
    begins = tuple(path[:-1] for path in paths if path.endswith("*"))
    return not paths or (key.path in exact and kept.header("Vary") is None) or key.path.startswith(begins)
