"""Steps from ready to confirmed, and the deletion afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from auto360.domains.videos.transfer.entries import TransferEntry
from auto360.domains.videos.transfer.ledger import Ledger
from auto360.domains.videos.transfer.ports import HasReplica, Library, Places, TargetLibrary, TransferFiles
from auto360.providers.video import ProviderVideoNotReady, VideoUnknown

# Seconds until the next check of a copy that must not be deleted yet.
_KEPT_SECONDS = 86_400


@dataclass(frozen=True)
class Switching:
    """Switches listings to the copy, and checks it again later."""

    ledger: Ledger
    target: TargetLibrary
    files: TransferFiles
    places: Places

    def advance(self, entry: TransferEntry) -> str:
        """Switch: `switched`. Raises TransferLeaseLost."""
        self.ledger.switch(entry, self.places(entry.video_id))
        return "switched"

    def confirm(self, entry: TransferEntry) -> str:
        """Play the copy again: `confirmed`, or `rolled_back` after too many failures.

        Raises TransferLeaseLost, VideoFailure.
        """
        try:
            self.files.require_playable(self.target.playback(entry.target_id or "").hls_url)
        except (VideoUnknown, ProviderVideoNotReady) as failure:
            tried = entry.attempts + 1
            if isinstance(failure, VideoUnknown) or tried >= self.ledger.policy.video_migration_attempts:
                return self.ledger.roll_back(entry, f"does_not_play: {failure.provider_code}")
            self.ledger.failed(entry, f"does_not_play: {failure.provider_code}")
            return "retryable"
        self.ledger.confirmed(entry)
        return "confirmed"


@dataclass(frozen=True)
class Releasing:
    """Deletes copies that are no longer needed."""

    ledger: Ledger
    source: Library
    target: TargetLibrary
    files: TransferFiles
    has_replica: HasReplica

    def advance(self, entry: TransferEntry) -> str:
        """Delete: `released`, or `kept` where the last check found an obstacle.

        Raises TransferLeaseLost, VideoFailure.
        """
        if entry.releases == "target":
            return self._release_target(entry)
        reason = self._obstacle(entry) or self.ledger.begin_release(entry)
        if reason is not None:
            self.ledger.let_go(entry, seconds=_KEPT_SECONDS, reason=f"source_kept: {reason}")
            return "kept"
        self.source.delete(entry.source_id)
        self.ledger.released(entry)
        return "released"

    def _release_target(self, entry: TransferEntry) -> str:
        for video in self.target.with_title(entry.reference):
            self.target.delete(video.video_id)
        if entry.target_id is not None:
            self.target.delete(entry.target_id)
        self.ledger.released(entry)
        return "released"

    def _obstacle(self, entry: TransferEntry) -> str | None:
        """Return the providers' obstacle: the copy must play now, and the replica exist."""
        if entry.replica is None or not self.has_replica(entry.replica):
            return "no_replica"
        try:
            self.files.require_playable(self.target.playback(entry.target_id or "").hls_url)
        except (VideoUnknown, ProviderVideoNotReady) as failure:
            return f"does_not_play: {failure.provider_code}"
        return None
