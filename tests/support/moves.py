"""Whole migration in this process: the ledger in the test's database, both providers simulated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from auto360.container import video_transfer
from auto360.domains.videos.transfer.entries import TransferEntry
from auto360.domains.videos.transfer.ports import OnBytes
from auto360.domains.videos.transfer.run import MigrationRun, RunOptions
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.video.hls import require_playable
from auto360.providers.video.tus import TusPolicy
from local.simulators.media import Film
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.migration import LedgerOf, Moving, new_moving, shown
from tests.support.rows import rows
from tests.support.videos import VideoWorld

API = "http://127.0.0.1:9/api"
QUICK = {
    "PUBLIC_API_URL": API,
    "VIDEO_MIGRATION_CONFIRM_SECONDS": "0",
    "VIDEO_MIGRATION_POLL_SECONDS": "1",
    "VIDEO_MIGRATION_RETRY_SECONDS": "1",
    "VIDEO_MIGRATION_LEASE_SECONDS": "60",
    # Counters in the database outlive a test.
    "VIDEO_MIGRATION_READS_PER_MINUTE": "60000",
    "VIDEO_MIGRATION_WRITES_PER_MINUTE": "60000",
    "VIDEO_MIGRATION_TARGET_CALLS_PER_MINUTE": "60000",
}


@dataclass
class MoveWorld:
    """Videos that move, and a look at where they play."""

    database: Database
    ledger: LedgerOf
    functions: Functions
    videos: VideoWorld
    steps: list[tuple[str, str]] = field(default_factory=list)

    def set(self, **variables: str) -> None:
        """Change variables."""
        self.functions.set(**variables)

    def add(self, *, size: int = 50_000, film: Film | None = None, is_public: bool = True) -> Moving:
        """Return a listing whose video lies at api.video."""
        video = self.videos.api_video.library.seed(size=size, film=film, is_public=is_public)
        return new_moving(self.database, source=video.id)

    def new_run(self, *, on_bytes: OnBytes | None = None) -> MigrationRun:
        """Return a run that waits in short naps; what it does is noted in `steps`."""

        def note(outcome: str, entry: TransferEntry) -> None:
            self.steps.append((entry.state, outcome))

        run = video_transfer.migration_run(note, on_bytes=on_bytes)
        run.sleep = lambda seconds: time.sleep(min(seconds, 0.05))
        return run

    def run(self, *, seconds: float = 60, **wishes: Any) -> dict[str, int | str]:
        """Run until nothing is left that is due."""
        return self.new_run().until(time.monotonic() + seconds, RunOptions(**wishes))

    def finish(self, *, max_runs: int = 200) -> None:
        """Run again and again, letting the time pass that runs wait for, until all is settled."""
        for _ in range(max_runs):
            self.forward()
            self.run()
            if not self.ledger.call("under_way", p_only=None, p_seconds=10**6):
                return
        raise AssertionError(f"not settled: {self.states()}")

    def forward(self) -> None:
        """Let leases end and waits be over."""
        rows(
            self.database,
            """update video_migrations set lease_holder = null, lease_until = null, next_try_at = null
               where state not in ('planned') returning id""",
        )

    def states(self) -> list[tuple[str, str | None]]:
        """State and reason of every entry."""
        return rows(self.database, "select state, failure_reason from video_migrations order by created_at, id")

    def entry(self, moving: Moving) -> dict[str, Any]:
        """Return the entry of a video."""
        [(row,)] = rows(self.database, "select to_jsonb(m) from video_migrations m where video_id = %s", moving.video)
        return dict(row)

    def copies(self) -> dict[str, int]:
        """Return how many videos at Yandex have each title."""
        counts: dict[str, int] = {}
        for video in self.videos.yandex.videos.values():
            counts[video.title] = counts.get(video.title, 0) + 1
        return counts

    def is_same_file(self, moving: Moving) -> bool:
        """Return True when Yandex holds the bytes that api.video has."""
        source = self.videos.api_video.library.videos[moving.source].body
        target = self.videos.yandex.videos[self.entry(moving)["target_video_id"]].body
        assert source is not None
        assert target is not None
        return b"".join(source.read(0, source.size)) == b"".join(target.read(0, target.size))

    def led_to(self, address: str) -> str:
        """Return the target of one of our own addresses."""
        assert address.startswith(f"{API}/video/")
        answer = self.functions.get("video", urlsplit(address).path)
        assert answer.status == 302, answer.body
        return answer.headers["Location"]

    def require_plays(self, moving: Moving) -> str:
        """Play what the listing shows, as the app would; gives the provider that it came from."""
        fields = shown(self.database, moving.listing)
        if fields["video_id"] is not None:
            # The app builds an address at api.video from the id; the simulator has the same path below its own.
            assert f"/vod/{moving.source}/" in fields["video_url"]
            url = self.videos.provider("api_video").playback(fields["video_id"]).hls_url
        else:
            url = self.led_to(fields["video_url"])
        require_playable(self.videos.http, url)
        return str(fields["video_provider"])


@pytest.fixture
def moves(
    database: Database,
    ledger: LedgerOf,
    functions: Functions,
    videos: VideoWorld,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MoveWorld]:
    """Yield nothing planned yet; encoding takes no time, and nobody waits long before trying again."""
    functions.set(**videos.environ, **QUICK)
    monkeypatch.setattr(video_transfer, "retry_policy", lambda: RetryPolicy(3.0, 2.0, 3, 0.02))
    monkeypatch.setattr(video_transfer, "tus_policy", lambda: TusPolicy(first_wait_seconds=0.02, tries=20))
    yield MoveWorld(database, ledger, functions, videos)
    client = video_transfer.http()
    assert isinstance(client, httpx.Client)
    client.close()
