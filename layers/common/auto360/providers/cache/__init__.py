"""Port to the cache: answers shared by many callers, for minutes (docs/reference/limits.md)."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import Field

from auto360.core.settings import EnvSettings


@dataclass(frozen=True)
class Kept:
    """Text of a group, or None, and the group's generation: its beginning in Unix milliseconds, or 0."""

    generation: int
    text: str | None


class Cache(Protocol):
    """Keeps texts for a while. May drop any of them at any time; never fails."""

    def get(self, key: str) -> str | None:
        """Return the value, or None when it expired or was dropped."""

    def put(self, key: str, value: str, *, seconds: int) -> None:
        """Keep a text for `seconds`."""

    def lookup(self, group: str, key: str) -> Kept:
        """Return a text stored by `keep` in the current generation of its group."""

    def expect(self, group: str, key: str) -> None:
        """Announce a `lookup` of this request, so that an earlier exchange can include it."""

    def invalidate(self, group: str) -> None:
        """Start a new generation: texts of older ones are no longer found."""


def next_generation(last: int, *, now: float) -> int:
    """Return the generation that begins at `now`, above the last one even with a clock behind."""
    return max(last + 1, int(now * 1000))


class CacheSettings(EnvSettings):
    """Lifetimes of cached answers in seconds (docs/reference/limits.md)."""

    cache_feed_seconds: int = Field(300, ge=0)
    cache_popular_searches_seconds: int = Field(600, ge=0)


def remembered(
    cache: Cache,
    group: str,
    key: str,
    *,
    seconds: int,
    make: Callable[[], Any],
    settles_in: int = 0,
    now: Callable[[], float] = time.time,
) -> Any:
    """Return a JSON value from the cache, else make and keep it. Writes invalidate the group, not single keys."""
    kept = cache.lookup(group, key)
    if kept.text is not None:
        return json.loads(kept.text)
    value = make()
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    keep(cache, group, key, text, generation=kept.generation, seconds=seconds, settles_in=settles_in, now=now)
    return value


def keep(
    cache: Cache,
    group: str,
    key: str,
    text: str,
    *,
    generation: int,
    seconds: int,
    settles_in: int = 0,
    now: Callable[[], float] = time.time,
) -> None:
    """Keep a text under the generation that was current before it was built.

    For `settles_in` seconds after a write a text may still be based on former data: it is kept at most
    that long.
    """
    if now() - generation / 1000 < settles_in:
        seconds = min(seconds, settles_in)
    cache.put(entry(group, key), f"{generation}\n{text}", seconds=seconds)


def entry(group: str, key: str) -> str:
    """Return the key of a group's text."""
    return f"{group}:{key}"


def text_of(generation: int, kept: str | None) -> str | None:
    """Return the text in a value stored by `keep`, None for another generation."""
    of, _, text = (kept or "").partition("\n")
    return text if of == str(generation) else None
