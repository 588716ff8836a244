"""Progress bar of a run: completed videos of the remaining ones, and the file being copied."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from auto360.domains.videos.transfer.entries import TransferEntry
from auto360.domains.videos.transfer.ledger import Ledger

# Recounted at intervals: other runs may work in parallel.
_COUNT_SECONDS = 5.0
_DONE = ("switched", "skipped", "final", "rolled_back")


class Bar:
    """Progress bar of a running transfer."""

    def __init__(self, console: Console, ledger: Ledger, *, is_shown: bool) -> None:
        self._ledger = ledger
        self._videos = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, disable=not is_shown,
        )  # fmt: skip
        self._all = self._videos.add_task("videos", total=None)
        self._done, self._counted_at = 0, float("-inf")

    def __enter__(self) -> Self:
        self._videos.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._videos.stop()

    def tell(self, outcome: str, entry: TransferEntry) -> None:
        """Advance the bar by a step."""
        self._done += outcome in _DONE
        self._videos.update(self._all, completed=self._done, description=f"{entry.source_id}: {outcome}")
        if time.monotonic() - self._counted_at > _COUNT_SECONDS:
            self._count()

    def bytes(self, entry: TransferEntry, copied: int, total: int) -> None:
        """Show the progress of a file."""
        share = copied / total if total else 1.0
        self._videos.update(self._all, description=f"{entry.source_id}: {share:4.0%} of {total / 1e6:,.0f} MB")

    def _count(self) -> None:
        """Count the videos that today's limit still allows."""
        status, self._counted_at = self._ledger.status(), time.monotonic()
        states, today = status["states"], status["today"]
        under_way = sum(states.get(name, 0) for name in ("copying", "uploaded", "ready"))
        left = min(states.get("planned", 0), max(0, today["allowed"] - today["started"]))
        self._videos.update(self._all, total=self._done + under_way + left)
