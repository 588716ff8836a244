"""Transfer run: processes entries one after the other until nothing is due or the time is over.

Any number of runs may work at once, in any number of processes. A killed run's lease expires, and another run continues
its entry.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from auto360.domains.videos.transfer.copying import Copying
from auto360.domains.videos.transfer.cutover import Releasing, Switching
from auto360.domains.videos.transfer.entries import CopyDoubtful, SourceGone, TransferEntry
from auto360.domains.videos.transfer.failure_policy import BUSY_SECONDS, OF_THE_ACCOUNT, RunEnds, Troubles
from auto360.domains.videos.transfer.ledger import Ledger, TransferLeaseLost
from auto360.domains.videos.transfer.verification import Settling
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from auto360.providers.video import ProviderVideo, VideoFailure

_PLANNED_AT_ONCE = 2000
_PLANNING_SECONDS = 60.0
_LOOKED_FOR_RELEASES_SECONDS = 60.0
_QUERIED_AT_ONCE = 50
_MIN_SECONDS = 6.0
_TITLE_OF_NO_VIDEO = "rights"

Notify = Callable[[str, TransferEntry], None]


@dataclass(frozen=True)
class RunOptions:
    """Options of a run: maximum of new videos, only the named ones, wait for entries not yet due."""

    max_begun: int | None = None
    only: Sequence[str] | None = None
    is_patient: bool = False


@dataclass
class MigrationRun:
    """Single run with its `counts`. `monotonic` and `sleep` are injected for tests."""

    ledger: Ledger
    copying: Copying
    settling: Settling
    switching: Switching
    releasing: Releasing
    notify: Notify = lambda outcome, entry: None  # noqa: ARG005
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    counts: Counter[str] = field(default_factory=Counter)
    _ends_at: float = field(default=0.0, init=False)
    _begun: int = field(default=0, init=False)
    _room: float = field(default=math.inf, init=False)
    _troubles: Troubles = field(init=False)
    _next_release: float = field(default=float("-inf"), init=False)
    _defect: Exception | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._troubles = Troubles(self.ledger, self._require_rights, self._has_time, self._nap)

    def until(self, ends_at: float, options: RunOptions | None = None) -> dict[str, int | str]:
        """Work until that moment of the monotonic clock; returns counts, and the reason of the end.

        A defect in one entry is raised at the end, after the other entries.
        """
        self._ends_at = ends_at
        try:
            reason = self._work(options or RunOptions())
        except RunEnds as ended:
            reason = str(ended)
        if self._defect is not None:
            raise self._defect
        return {**dict(sorted(self.counts.items())), "ended": reason}

    def _work(self, options: RunOptions) -> str:
        self._prepare()
        while self._has_time():
            busy = self._settle(options) + (0 if options.only else self._release())
            claim = self.ledger.claim(may_begin=self._may_begin(options), only=options.only)
            if claim.entry is not None:
                self._advance(claim.entry)
            elif claim.reason == "paused":
                return "paused"
            elif not busy and not self._wait_for_more(options):
                return "library_full" if self._begun >= self._room else claim.reason
        return "time_over"

    def _prepare(self) -> None:
        """Close deleted entries, plan new ones, check the free room of the target. Raises RunEnds without rights."""
        self.counts["closed"] += self.ledger.close_deleted()
        planned, enough = _PLANNED_AT_ONCE, self.monotonic() + _PLANNING_SECONDS
        while planned >= _PLANNED_AT_ONCE and self._has_time() and self.monotonic() < enough:
            found = self.ledger.plan(_PLANNED_AT_ONCE)
            self.counts["planned"] += found["planned"]
            planned = found["planned"] + found["skipped"]
        status, policy = self.ledger.status(), self.ledger.policy
        if policy.video_migration_library_quota:
            # The rest is reserved for uploads of users.
            held = policy.video_migration_quota_reserve + status["at_yandex"]
            self._room = policy.video_migration_library_quota - held
        if status["states"].get("planned") and not status["is_paused"]:
            self._require_rights()

    def _require_rights(self) -> None:
        """Check access to both providers before a video counts against the day. Raises RunEnds."""
        try:
            self.copying.source.count()
            self.copying.target.with_title(_TITLE_OF_NO_VIDEO)
        except VideoFailure as failure:
            # Temporary failures are left to the first video, which waits and tries again.
            if failure.provider_code in OF_THE_ACCOUNT:
                raise RunEnds(f"refused: {failure.provider_code}") from failure

    def _may_begin(self, options: RunOptions) -> bool:
        max_begun = math.inf if options.max_begun is None else options.max_begun
        return self._begun < min(max_begun, self._room)

    def _advance(self, entry: TransferEntry) -> None:
        if entry.state == "ready":
            self._step(entry, self.switching.advance)
        elif entry.state == "switched":
            self._step(entry, self.switching.confirm)
        else:
            self._begun += not entry.target_requested and not entry.attempts
            self._step(entry, lambda entry: self.copying.advance(entry, ends_at=self._ends_at))

    def _settle(self, options: RunOptions) -> int:
        entries = self.ledger.claim_uploaded(limit=_QUERIED_AT_ONCE, only=options.only)
        if not entries:
            return 0
        try:
            found = self.settling.query(entries)
        except VideoFailure as failure:
            for entry in entries:
                self.ledger.let_go(entry, seconds=failure.retry_after or BUSY_SECONDS, reason=failure.provider_code)
            self._troubles.require_provider(failure)
            return 0
        done = [entry for entry in entries if entry.target_id in found.settled]
        for entry in done:
            if self._has_time():
                self._verify(entry, found.settled[entry.target_id or ""])
            else:
                self.ledger.let_go(entry)
        return len(done)

    def _verify(self, entry: TransferEntry, video: ProviderVideo | None) -> None:
        """Verify a copy and switch to it at once, while the entry is held."""
        if self._step(entry, lambda entry: self.settling.advance(entry, video)) == "ready":
            self._step(replace(entry, state="ready"), self.switching.advance)

    def _release(self) -> int:
        if self.monotonic() < self._next_release:
            return 0
        entry = self.ledger.claim_release()
        if entry is None:
            # With many entries waiting for a replica, scanning them takes some time.
            self._next_release = self.monotonic() + _LOOKED_FOR_RELEASES_SECONDS
            return 0
        self._step(entry, self.releasing.advance)
        return 1

    def _step(self, entry: TransferEntry, step: Callable[[TransferEntry], str]) -> str:
        try:
            outcome = step(entry)
            self._troubles.broken = 0
        except TransferLeaseLost as gone:
            self.ledger.let_go(entry)
            outcome = gone.outcome
        except (CopyDoubtful, SourceGone) as problem:
            outcome = self.ledger.failed(entry, str(problem), is_final=True)
        except VideoFailure as failure:
            outcome = self._troubles.met(entry, failure)
        except (DatabaseUnavailable, DatabaseRefused):
            raise
        except Exception as defect:  # noqa: BLE001 - one entry must not stand in the way of all others
            self._defect = self._defect or defect
            outcome = self.ledger.failed(entry, f"defect: {type(defect).__name__}")
        self.counts[outcome] += 1
        self.notify(outcome, entry)
        if outcome == "time_over":
            raise RunEnds(outcome)
        return outcome

    def _wait_for_more(self, options: RunOptions) -> bool:
        """Return True when entries become due soon enough to wait for.

        Raises RunEnds otherwise.
        """
        if not options.is_patient or not self.ledger.under_way(options.only):
            return False
        pause = min(2.0, self.ledger.policy.video_migration_poll_seconds / 2)
        if not self._has_time(pause):
            raise RunEnds("time_over")
        self.sleep(pause)
        return True

    def _nap(self, seconds: float) -> None:
        self.sleep(seconds)

    def _has_time(self, seconds: float = 0.0) -> bool:
        return self.monotonic() + seconds + _MIN_SECONDS < self._ends_at
