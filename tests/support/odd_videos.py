"""Files that a provider sends in place of a video."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Shortened:
    """File of which a provider has lost the end, and does not know it."""

    behind: Any
    size: int

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        yield from self.behind.read(begin, min(end, self.size))


class Page:
    """Page of a proxy, sent in place of the file."""

    content = b"<html><body>Please wait a moment</body></html>" * 10
    size = len(content)

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        yield self.content[begin:end]
