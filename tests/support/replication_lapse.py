"""Days of replication in minutes: the real code and database, with providers and stores that only take time."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from auto360.domains.replication.ledger import CopyLedger
from auto360.domains.replication.videos import VideoCopies, VideoCopyPolicy
from auto360.providers.object_storage import StoreUnavailable, Written
from auto360.providers.video import Download, VideoUnreachable
from tests.support.database import Database
from tests.support.market import new_user_id

MEGABYTE = 1_000_000
STEP = timedelta(minutes=10)
RUN = timedelta(minutes=9)
# Share of a day's uploads per hour of the day in Bishkek: quiet nights, busy evenings.
_HOURS = (1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 7, 8, 8, 7, 3, 2)


@dataclass
class DirectCalls:
    """SQL functions over one connection: a day has twenty thousand calls."""

    connection: psycopg.Connection[Any]

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Call a function by its named arguments."""
        given = ", ".join(f"{key} => %({key})s" for key in arguments)
        values = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in arguments.items()}
        row = self.connection.execute(f"select {name}({given})".encode(), values).fetchone()
        return row[0] if row else None


@dataclass
class Lapse:
    """Simulated site: workers, uploads a day, bandwidth of one worker, seconds per video beside the transfer."""

    database: Database
    workers: int
    videos_a_day: int = 10_000
    megabytes: int = 50
    megabytes_a_second: float = 3.0
    overhead_seconds: float = 3.0
    failing: float = 0.02
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    moment: datetime = field(default_factory=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    gaps: list[float] = field(default_factory=list)
    kills: int = 0
    failed_runs: int = 0

    def run(self, hours: int, *, until_gap: float | None = None) -> None:
        """Let hours pass; ends early when the gap exceeds `until_gap`."""
        owner = new_user_id(self.database)
        with self.database.connect() as connection:
            calls = DirectCalls(connection)
            for number in range(hours * 6):
                self._pass(connection)
                self._upload(connection, owner, hour=number // 6 % 24)
                for _ in range(self.workers):
                    self._work(calls)
                self.gaps.append(self._gap(connection))
                if until_gap is not None and self.gaps[-1] > until_gap:
                    return

    def per_worker_a_day(self) -> int:
        """Return how many videos one worker replicates in a day, as the plan reckons."""
        seconds = self.megabytes / self.megabytes_a_second + self.overhead_seconds
        return int(RUN.total_seconds() / seconds * (timedelta(days=1) / STEP))

    def size(self, _download: Callable[[], Download]) -> int:
        """Return the size of a file."""
        self._call(VideoUnreachable("lapse"))
        return self.megabytes * MEGABYTE

    def read(self, _download: Callable[[], Download]) -> Iterator[bytes]:
        """Yield some bytes, in the time that the whole file would take."""
        self._call(VideoUnreachable("lapse"))
        self.moment += timedelta(seconds=self.megabytes / self.megabytes_a_second + self.overhead_seconds)
        yield b"\0\0\0\x08ftyp"

    def download(self, video_id: str) -> Download:
        """Return the link of a file."""
        self._call(VideoUnreachable("lapse"))
        return Download(f"https://provider.invalid/{video_id}", "original")

    def put(self, key: str, chunks: Iterable[bytes], **_options: Any) -> Written:
        """Take a file."""
        self._call(StoreUnavailable(key))
        content = b"".join(chunks)
        size = len(content) if key.endswith(".json") else self.megabytes * MEGABYTE
        return Written(key, size, hashlib.sha256(key.encode()).digest(), "etag", 1)

    def _call(self, failure: Exception) -> None:
        if self.chance.random() < self.failing:
            raise failure

    def _work(self, calls: DirectCalls) -> None:
        """Let one worker run from the beginning of this step; once in fifty runs it is killed in the middle."""
        begun = self.moment
        copies = VideoCopies(
            calls,  # type: ignore[arg-type]
            {"yandex": self, "api_video": self},  # type: ignore[dict-item]
            self,
            self,  # type: ignore[arg-type]
            CopyLedger(calls),  # type: ignore[arg-type]
            VideoCopyPolicy.load({}),
            lambda: self.moment,
        )
        life = RUN / 2 if self.chance.random() < 0.02 else None
        lease = _Lease(self, begun + life if life else None)
        with _unless_killed(self):
            copies.copy_missing(lease, until=begun + RUN)  # type: ignore[arg-type]
        self.moment = begun

    def _upload(self, connection: psycopg.Connection[Any], owner: str, *, hour: int) -> None:
        mean = self.videos_a_day * _HOURS[hour] / sum(_HOURS) / 6
        count = int(mean) + (self.chance.random() < mean % 1)
        new = """insert into videos (owner_user_id, provider, provider_video_id, state, ready_at, created_at)
          select %s, 'yandex', gen_random_uuid()::text, 'ready', t.moment, t.moment
          from (select now() - random() * interval '10 minutes' as moment from generate_series(1, %s)) as t"""
        connection.execute(new, [owner, count])

    def _pass(self, connection: psycopg.Connection[Any]) -> None:
        """Make everything ten minutes older; what is replicated needs no time any more."""
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")
            waiting = """update videos set ready_at = ready_at - %(step)s, created_at = created_at - %(step)s
              where replicated_at is null"""
            connection.execute(waiting, {"step": STEP})
            tasks = """update video_copy_tasks set needed_since = needed_since - %(step)s,
              lease_until = lease_until - %(step)s, next_try_at = next_try_at - %(step)s"""
            connection.execute(tasks, {"step": STEP})

    def _gap(self, connection: psycopg.Connection[Any]) -> float:
        row = connection.execute(
            "select value from private.backup_metrics() where metric = 'video_copy_gap'"
        ).fetchone()
        return float(row[0]) if row else 0.0


class _Killed(BaseException):
    """End of a worker's process."""


@dataclass
class _Lease:
    lapse: Lapse
    dies_at: datetime | None

    def require(self) -> None:
        """Go on unless this is the end of the process."""
        if self.dies_at is not None and self.lapse.moment >= self.dies_at:
            raise _Killed


@contextmanager
def _unless_killed(lapse: Lapse) -> Iterator[None]:
    try:
        yield
    except _Killed:
        lapse.kills += 1
    except StoreUnavailable:
        lapse.failed_runs += 1
