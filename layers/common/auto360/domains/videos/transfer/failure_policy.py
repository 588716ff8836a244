"""Failure policy: consequences of a provider's failure for the entry and for the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auto360.domains.videos.transfer.entries import TransferEntry
from auto360.domains.videos.transfer.ledger import Ledger
from auto360.providers.video import (
    LibraryFull,
    ProviderVideoNotReady,
    VideoBusy,
    VideoFailure,
    VideoUncertain,
    VideoUnreachable,
)

BUSY_SECONDS = 30.0
_FULL_SECONDS = 3600
_MAX_BROKEN = 5
# Refusals that may concern every video: our key, our rights.
OF_THE_ACCOUNT = ("http_401", "http_403", "no_service_account")


class RunEnds(Exception):
    """Run cannot continue now; the reason is for staff."""


@dataclass
class Troubles:
    """Judges failures of one run. `broken` counts consecutive ones that a dead provider would cause.

    `require_rights` raises RunEnds where a provider rejects our credentials.
    """

    ledger: Ledger
    require_rights: Callable[[], None]
    has_time: Callable[[float], bool]
    sleep: Callable[[float], None]
    broken: int = 0

    def met(self, entry: TransferEntry, failure: VideoFailure) -> str:
        """Return the fate of the entry; failures that concern all entries end the run. Raises RunEnds."""
        code, policy = failure.provider_code, self.ledger.policy
        if code in OF_THE_ACCOUNT:
            self._let_go_without_rights(entry, code)
        if isinstance(failure, VideoBusy | LibraryFull):
            seconds = _FULL_SECONDS if isinstance(failure, LibraryFull) else failure.retry_after or BUSY_SECONDS
            self.ledger.let_go(entry, seconds=seconds, reason=None if isinstance(failure, VideoBusy) else code)
            self.require_provider(failure)
            return "busy"
        if isinstance(failure, ProviderVideoNotReady):
            self.ledger.let_go(entry, seconds=policy.video_migration_poll_seconds, reason=code)
            return "waiting"
        outcome = self.ledger.failed(entry, code)
        if outcome == "lost":
            # The entry itself is sound: only the deletion of its copy failed.
            self.ledger.let_go(entry, seconds=policy.video_migration_retry_seconds)
        self.require_provider(failure)
        return outcome

    def _let_go_without_rights(self, entry: TransferEntry, code: str) -> None:
        """Release the entry; a refusal may concern one file alone, which is then the entry's failure."""
        try:
            self.require_rights()
        except RunEnds:
            self.ledger.let_go(entry, seconds=BUSY_SECONDS, reason=code)
            raise

    def require_provider(self, failure: VideoFailure) -> None:
        """Wait out a rate limit; end the run where a provider is down, full, or rejects us. Raises RunEnds."""
        if isinstance(failure, LibraryFull):
            raise RunEnds("library_full") from failure
        if failure.provider_code in OF_THE_ACCOUNT:
            self.require_rights()
        elif isinstance(failure, VideoBusy):
            wait = failure.retry_after or BUSY_SECONDS
            if not self.has_time(wait):
                raise RunEnds("busy") from failure
            self.sleep(wait)
        elif isinstance(failure, VideoUnreachable | VideoUncertain):
            # Every started video counts against the day's limit: a dead provider would exhaust it.
            self.broken += 1
            if self.broken >= _MAX_BROKEN:
                raise RunEnds(f"provider_down: {failure.provider_code}") from failure
