"""Rehearsal: seed a library, break the providers, run and kill the transferring processes, and check the result."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from benchmarks.migration.crew import Crew
from benchmarks.migration.library import MovingLibrary
from local.paths import CHECKOUT, environ_for_tools
from local.simulators.api_video import ApiVideo
from local.simulators.yandex_video import YandexVideo

Say = Callable[[str], None]

_COUNT = """select count(*) from video_migrations
  where state = any (string_to_array('{states}', ' ')) or failure_kind = 'retryable'"""
_WORK_LEFT = _COUNT.format(states="planned copying uploaded ready switched")
_UNDER_WAY = _COUNT.format(states="copying uploaded ready switched")
_NEXT_DAY = """update video_migration_days set day = (select min(day) - 1 from video_migration_days)
  where day = (now() at time zone 'Asia/Bishkek')::date"""


@dataclass(frozen=True)
class Script:
    """Settings of a rehearsal."""

    videos: int = 300
    kills: int = 10
    processes: int = 2
    daily_limit: int = 150
    fail_percent: float = 5
    cut_percent: float = 5
    kill_every_seconds: tuple[float, float] = (3.0, 9.0)
    target_calls_in_the_first_seconds: tuple[int, float] = (60, 20.0)
    max_seconds: float = 1800


@dataclass
class Verdict:
    """Result of a rehearsal."""

    seconds: float = 0.0
    states: Counter[str] = field(default_factory=Counter)
    unplayable: set[str] = field(default_factory=set)
    looks: int = 0
    different: list[str] = field(default_factory=list)
    copies: int = 0
    second_copies: int = 0
    killed: int = 0
    days: list[tuple[int, int]] = field(default_factory=list)
    busiest: dict[str, tuple[int, int]] = field(default_factory=dict)
    refused_in_quiet: int = 0
    refused: int = 0
    peak_mb: float = 0.0
    bytes_copied: int = 0
    ended: Counter[str] = field(default_factory=Counter)

    def problems(self, script: Script) -> list[str]:
        """Return the problems; empty for a success."""
        found = {
            "not all confirmed": self.states != {"confirmed": script.videos},
            "a listing had nothing that plays": bool(self.unplayable),
            "a copy differs from its source": bool(self.different),
            "there are second copies": self.second_copies > 0 or self.copies != script.videos,
            "more were begun than a day allows": any(started > allowed for started, allowed in self.days),
            "more calls than a minute allows": any(seen > allowed for seen, allowed in self.busiest.values()),
            "calls were refused in quiet times": self.refused_in_quiet > 0,
            "too few kills": self.killed < script.kills,
        }
        return [name for name, is_so in found.items() if is_so]


@dataclass
class Rehearsal:
    """Executes a script on a database and two simulated providers."""

    dsn: str
    environ: dict[str, str]
    api_video: ApiVideo
    yandex: YandexVideo
    script: Script
    say: Say = lambda _: None
    dice: random.Random = field(default_factory=lambda: random.Random(360))  # noqa: S311

    def run(self) -> Verdict:
        """Run the rehearsal and return the verdict."""
        verdict, script = Verdict(), self.script
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            library = MovingLibrary(connection, self.api_video, self.yandex)
            library.add(script.videos)
            connection.execute("select video_migration_pause(false)")
            self._break()
            crew = Crew(self._variables(), script.processes)
            began = time.monotonic()
            try:
                self._play(connection, library, crew, verdict, began)
            finally:
                crew.dismiss()
                verdict.seconds = time.monotonic() - began
                verdict.killed, verdict.ended, verdict.peak_mb = crew.killed, crew.ended, crew.peak_kb / 1024
            self._judge(connection, library, verdict)
        return verdict

    def _variables(self) -> dict[str, str]:
        return {
            **environ_for_tools(),
            "PYTHONPATH": str(CHECKOUT / "layers" / "common"),
            "PYTHONUNBUFFERED": "1",
            **self.environ,
            "VIDEO_MIGRATION_DAILY_LIMIT": str(self.script.daily_limit),
            "VIDEO_MIGRATION_LEASE_SECONDS": "10",
            "VIDEO_MIGRATION_POLL_SECONDS": "1",
            "VIDEO_MIGRATION_RETRY_SECONDS": "1",
            "VIDEO_MIGRATION_ATTEMPTS": "50",
            "VIDEO_MIGRATION_CONFIRM_SECONDS": "2",
            "VIDEO_MIGRATION_READS_PER_MINUTE": "420",
            "VIDEO_MIGRATION_TARGET_CALLS_PER_MINUTE": "500",
        }

    def _break(self) -> None:
        faults = {"fail_percent": self.script.fail_percent, "cut_percent": self.script.cut_percent}
        self.api_video.turn(dict(faults))
        few = self.script.target_calls_in_the_first_seconds[0]
        self.yandex.turn({**faults, "encode_seconds": 0.5, "calls_per_minute": few})

    def _play(
        self,
        connection: psycopg.Connection[Any],
        library: MovingLibrary,
        crew: Crew,
        verdict: Verdict,
        began: float,
    ) -> None:
        script, is_quiet, told = self.script, False, 0.0
        next_kill = began + self.dice.uniform(*script.kill_every_seconds)
        while time.monotonic() - began < script.max_seconds:
            now = time.monotonic()
            if not is_quiet and now - began > script.target_calls_in_the_first_seconds[1]:
                self.yandex.turn({"calls_per_minute": 600})
                is_quiet, verdict.refused = True, self._refused()
            crew.keep_up()
            if crew.killed < script.kills and now > next_kill:
                crew.kill_one()
                next_kill = now + self.dice.uniform(*script.kill_every_seconds)
            verdict.unplayable |= set(library.unplayable())
            verdict.looks += script.videos
            begun = _count(connection, "select count(*) from video_migrations")
            if begun and not _count(connection, _UNDER_WAY):
                if not _count(connection, _WORK_LEFT) and begun >= script.videos and crew.killed >= script.kills:
                    break
                connection.execute(_NEXT_DAY)
            if now - told > 10:
                told = now
                self.say(f"{now - began:5.0f} s  {dict(self._states(connection))}  killed {crew.killed}")
            time.sleep(0.2)
        verdict.refused_in_quiet = self._refused() - verdict.refused

    def _refused(self) -> int:
        return self.yandex.limit.refused + sum(limit.refused for limit in self.api_video.limits.values())

    def _states(self, connection: psycopg.Connection[Any]) -> Counter[str]:
        rows = connection.execute("select state, count(*) from video_migrations group by 1 order by 1").fetchall()
        return Counter(dict(rows))

    def _judge(self, connection: psycopg.Connection[Any], library: MovingLibrary, verdict: Verdict) -> None:
        verdict.states = self._states(connection)
        verdict.different = library.different()
        titles = Counter(video.title for video in self.yandex.videos.values())
        verdict.copies, verdict.second_copies = len(self.yandex.videos), sum(titles.values()) - len(titles)
        days = "select started, allowed from video_migration_days order by day"
        verdict.days = [(started, allowed) for started, allowed in connection.execute(days).fetchall()]
        verdict.bytes_copied = _count(connection, "select sum(bytes_copied) from video_migration_days")
        limits = {**self.api_video.limits, "yandex": self.yandex.limit}
        verdict.busiest = {
            name: (limit.busiest, 600 if name == "yandex" else limit.max_calls) for name, limit in limits.items()
        }


def _count(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0] or 0) if row else 0
