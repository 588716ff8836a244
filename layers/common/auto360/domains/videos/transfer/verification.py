"""Steps from uploaded to ready: wait for the encoding, and compare the copy with the sent file."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from auto360.core.clock import Clock
from auto360.domains.videos.transfer.entries import MAX_COPIES, CopyCorrupt, CopyDoubtful, TransferEntry, is_whole
from auto360.domains.videos.transfer.ledger import Ledger
from auto360.domains.videos.transfer.ports import TargetLibrary, TransferFiles
from auto360.providers.video import ProviderVideo, VideoFailure

# The provider of the source reports whole seconds; a difference above one second is another film.
_MAX_SECONDS_APART = 1.0


@dataclass(frozen=True)
class Queried:
    """Finished copies by id, successful or failed; None for a missing one."""

    settled: Mapping[str, ProviderVideo | None]


@dataclass(frozen=True)
class Settling:
    """Polls copies and verifies finished ones."""

    ledger: Ledger
    target: TargetLibrary
    files: TransferFiles
    clock: Clock
    choose: random.Random = field(default_factory=random.Random)

    def query(self, entries: Sequence[TransferEntry]) -> Queried:
        """Return the state of these copies in one call; unfinished ones are released. Raises VideoFailure."""
        found = self.target.find([entry.target_id for entry in entries if entry.target_id])
        waiting = [entry for entry in entries if self._is_in_the_making(entry, found.get(entry.target_id or ""))]
        if waiting:
            self.ledger.not_ready(waiting)
        still = {entry.id for entry in waiting}
        return Queried(
            {entry.target_id or "": found.get(entry.target_id or "") for entry in entries if entry.id not in still}
        )

    def _is_in_the_making(self, entry: TransferEntry, video: ProviderVideo | None) -> bool:
        if video is None or video.state in ("ready", "failed"):
            return False
        if entry.uploaded_at is None:
            return True
        waited = (self.clock() - entry.uploaded_at).total_seconds()
        return waited < self.ledger.policy.video_migration_encoding_hours * 3600

    def advance(self, entry: TransferEntry, video: ProviderVideo | None) -> str:
        """Verify a copy: `ready`, or `begun_anew` where it was useless.

        Raises TransferLeaseLost, VideoFailure, CopyDoubtful.
        """
        try:
            if video is None:
                raise CopyCorrupt("target_gone")
            self._compare(entry, video)
            self._sample(entry)
        except CopyCorrupt as useless:
            if video is not None:
                self.target.delete(video.video_id)
            self.ledger.forget_target(entry, str(useless))
            outcome = self.ledger.failed(entry, str(useless), is_final=entry.target_number >= MAX_COPIES)
            return "begun_anew" if outcome == "retryable" else outcome
        self.files.require_playable(self.target.playback(video.video_id).hls_url)
        self._delete_others(entry)
        self.ledger.ready(entry, seconds=video.duration_seconds or 0.0)
        return "ready"

    def look(self, entry: TransferEntry, video: ProviderVideo | None) -> str:
        """Compare without consequences, for transferred entries: `ok`, or the difference.

        Entries without digests are only played.
        """
        try:
            if video is None:
                return "target_gone"
            if entry.measure is not None:
                self._compare(entry, video)
            self._sample(entry)
            self.files.require_playable(self.target.playback(video.video_id).hls_url)
        except (CopyCorrupt, CopyDoubtful) as problem:
            return str(problem)
        except VideoFailure as failure:
            return failure.provider_code
        return "ok"

    def _compare(self, entry: TransferEntry, video: ProviderVideo) -> None:
        size = entry.measure.bytes if entry.measure else -1
        if video.state != "ready":
            raise CopyCorrupt("encoding_failed" if video.state == "failed" else "encoding_too_slow")
        if video.bytes not in (None, size):
            raise CopyCorrupt("size_differs")
        if not is_whole(entry.chunks, size):
            raise CopyCorrupt("digests_incomplete")
        if entry.source_seconds and abs((video.duration_seconds or 0.0) - entry.source_seconds) > _MAX_SECONDS_APART:
            raise CopyDoubtful("duration_differs")

    def _sample(self, entry: TransferEntry) -> None:
        """Read parts of the file back and compare their digests with those of the source.

        Every part of a small file, some of a large one: reading back is billed like playback.
        """
        count = min(self.ledger.policy.video_migration_checked_chunks, len(entry.chunks))
        download = partial(self.target.download, entry.target_id or "")
        for chunk in self.choose.sample(entry.chunks, count):
            digest = self.files.digest(download, begin=chunk.begin, end=chunk.end)
            if digest != chunk.sha256:
                raise CopyCorrupt("content_differs")

    def _delete_others(self, entry: TransferEntry) -> None:
        """Delete copies of the same video made by crashed runs."""
        for other in self.target.with_title(entry.reference):
            if other.video_id != entry.target_id:
                self.target.delete(other.video_id)
