"""Replicas of videos at VK Cloud: the best file of each provider, streamed, with a proof beside it.

The proof (`<key>.json`) is written last: a file without one is no replica. api.video returns its own encoding, Yandex
the uploaded file; the proof names the kind (docs/reference/video-providers.md, sections 0.6 and 6).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.domains.replication.ledger import Copied, CopyLedger, Origin
from auto360.domains.replication.video_files import judged
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.video_replication import video_copy_claim, video_copy_failed
from auto360.providers.database.lease import Lease
from auto360.providers.object_storage import ObjectStore, ObjectStoreError
from auto360.providers.video import Download, VideoFailure, VideoPlayer, VideoUncertain

VIDEOS = "videos"
# Longer than a run and than the platform's limit: an older claim belongs to a killed worker.
_CLAIM_SECONDS = 900
# So many consecutive refusals concern the store, not a file.
_MOST_REFUSED = 3


class VideoCopyPolicy(EnvSettings):
    """Retention of a deleted video's replica, in days (docs/reference/limits.md)."""

    video_copy_keep_days: int = Field(90, ge=1)


class ReplicaFiles(Protocol):
    """Reads the file behind a download; broken reads resume at the same byte."""

    def size(self, download: Callable[[], Download]) -> int:
        """Return its size in bytes. Raises VideoFailure."""

    def read(self, download: Callable[[], Download]) -> Iterator[bytes]:
        """Yield all of its bytes. Raises VideoFailure."""


@dataclass
class VideoRunStats:
    """Counters of a run; bytes are those copied."""

    copied: int = 0
    bytes: int = 0
    failed: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class VideoCopies:
    """Video replication and its dependencies."""

    database: Database
    players: Mapping[str, VideoPlayer]
    files: ReplicaFiles
    store: ObjectStore
    ledger: CopyLedger
    policy: VideoCopyPolicy
    now: Clock
    counted: VideoRunStats = field(default_factory=VideoRunStats)

    def copy_missing(self, lease: Lease, *, until: datetime) -> bool:
        """Replicate videos without a replica, one claim at a time; False where `until` came first.

        Parallel workers never take the same video. A failed video does not stop the others and is tried again later.
        Raises ObjectStoreError when the store refuses writes.
        """
        refused_in_a_row = 0
        while self.now() < until:
            rows: list[Row] = video_copy_claim(self.database, limit=1, seconds=_CLAIM_SECONDS)
            if not rows:
                return True
            try:
                self._attempt(rows[0])
                refused_in_a_row = 0
            except ObjectStoreError:
                refused_in_a_row += 1
                if refused_in_a_row == _MOST_REFUSED:
                    raise
            lease.require()
        return False

    def delete_old(self, lease: Lease) -> None:
        """Delete expired replicas of deleted videos."""
        self.ledger.note_deleted_videos(keep_days=self.policy.video_copy_keep_days)
        while over := self.ledger.over("video", limit=100):
            lease.require()
            for _, key in over:
                # The proof is deleted first: a leftover of a killed run is no replica.
                self.store.delete([f"{key}.json"])
                self.store.delete([key])
            self.ledger.note_deleted("video", [source for source, _ in over])
            self.counted.deleted += len(over)

    def _attempt(self, row: Row) -> None:
        try:
            self._copy(row)
        except (VideoFailure, ObjectStoreError) as failure:
            self.counted.failed += 1
            video_copy_failed(self.database, video_id=row["id"], claim=row["claim"], error=type(failure).__name__)
            if isinstance(failure, ObjectStoreError):
                raise

    def _copy(self, row: Row) -> None:
        player, video_id = self.players[row["provider"]], str(row["provider_video_id"])
        link = player.download(video_id)

        def download() -> Download:
            return player.download(video_id)

        size, key = self.files.size(download), f"{VIDEOS}/{row['id']}/{row['provider']}.mp4"
        if link.origin == "original" and row["bytes"] not in (None, size):
            # Less than the uploaded size, regardless of the provider's present size.
            raise VideoUncertain("size_differs")
        content = judged(self.files.read(download), is_transcode=link.origin == "transcode")
        written = self.store.put(key, content, content_type="video/mp4")
        if written.size != size:
            raise VideoUncertain("size_differs")
        copy = Copied(key, size, written.sha256, link.origin)
        self._prove(row, copy, link.origin)
        if self.ledger.note_video(row["id"], copy, claim=row["claim"]):
            self.counted.copied += 1
            self.counted.bytes += size

    def _prove(self, row: Row, copy: Copied, origin: Origin) -> None:
        proof = {
            "v": 1,
            "video": row["id"],
            "provider": row["provider"],
            "provider_video_id": row["provider_video_id"],
            "origin": origin,
            "bytes": copy.size,
            "sha256": copy.sha256.hex(),
            "copied_at": self.now().isoformat(),
        }
        content = json.dumps(proof, indent=1).encode()
        self.store.put(f"{copy.object_key}.json", [content], content_type="application/json")
