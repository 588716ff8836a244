"""Small rehearsal of the move: real processes, providers that fail, kills at random (`make rehearse-migration`)."""

from __future__ import annotations

from benchmarks.migration.rehearsal import Rehearsal, Script
from tests.support.database import Database
from tests.support.migration import LedgerOf
from tests.support.videos import VideoWorld


def test_videos_move_whole_while_providers_fail_and_processes_are_killed(
    database: Database, ledger: LedgerOf, videos: VideoWorld
) -> None:
    script = Script(
        videos=8,
        kills=3,
        daily_limit=5,
        kill_every_seconds=(1.5, 2.5),
        target_calls_in_the_first_seconds=(600, 0.0),
        max_seconds=240,
    )
    environ = {**database.environ, **videos.environ, "PUBLIC_API_URL": "http://127.0.0.1:9/api"}
    verdict = Rehearsal(database.dsn, environ, videos.api_video, videos.yandex, script).run()
    assert verdict.problems(script) == [], verdict
