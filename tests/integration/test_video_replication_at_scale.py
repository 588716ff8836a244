"""Ten thousand videos a day: enough workers keep the goal of six hours, and with one too few the alert fires.

REPLICATION_VIDEOS sets the number of rows that stand for them; `make full-size` takes ten thousand.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.replication_lapse import Lapse
from tests.support.rows import rows

GOAL_HOURS = 6.0
VIDEOS_A_DAY = 10_000
ROWS = int(os.environ.get("REPLICATION_VIDEOS", "2000"))


@pytest.fixture(autouse=True)
def _empty(database: Database) -> Iterator[None]:
    _forget(database)
    yield
    _forget(database)


def _forget(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("update videos set replicated_at = now() where replicated_at is null")
        connection.execute("delete from video_copy_tasks where true")


def threshold(database: Database) -> float:
    """Return the threshold of the alert rule about videos without a copy."""
    query = "select threshold from alert_rules where code = 'backup_videos_critical' and metric = 'video_copy_gap'"
    [(value,)] = rows(database, query)
    return float(value)


def site(database: Database, workers: int = 0) -> Lapse:
    """Return a site of ten thousand videos a day. With fewer rows each takes longer, so that the queue is the same."""
    slower = VIDEOS_A_DAY / ROWS
    return Lapse(database, workers, ROWS, megabytes_a_second=3.0 / slower, overhead_seconds=3.0 * slower)


def workers_needed(lapse: Lapse) -> int:
    """Return the workers of the plan: a day's videos, with every twentieth tried twice."""
    return -(-int(lapse.videos_a_day * 1.05) // lapse.per_worker_a_day())


def test_ten_thousand_videos_a_day_stay_within_six_hours_with_enough_workers(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    lapse = site(database, workers_needed(site(database)))
    lapse.run(24)
    with capsys.disabled():
        print(f"\n{lapse.workers} workers of {lapse.per_worker_a_day()} videos a day")
        print(f"largest gap {max(lapse.gaps):.2f} h at {lapse.videos_a_day} videos a day, {lapse.kills} workers killed")
    assert max(lapse.gaps) < GOAL_HOURS
    assert threshold(database) == GOAL_HOURS
    assert lapse.kills > 0
    copied = "select count(*) from videos v join backup_copies c on c.source = v.id::text and c.kind = 'video'"
    assert rows(database, copied)[0][0] > 0.9 * ROWS


def test_with_one_worker_too_few_the_alert_fires(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    lapse = site(database, workers_needed(site(database)) - 1)
    lapse.run(60, until_gap=GOAL_HOURS)
    with capsys.disabled():
        print(f"\n{lapse.workers} workers: a gap of {lapse.gaps[-1]:.2f} h after {len(lapse.gaps) / 6:.1f} h")
    assert lapse.gaps[-1] > threshold(database)


def new_video(database: Database, **columns: str) -> str:
    """Return a ready video; columns are SQL expressions."""
    values = {"owner_user_id": f"'{new_user_id(database)}'", "provider": "'yandex'", "state": "'ready'"} | columns
    values |= {"provider_video_id": "gen_random_uuid()::text"}
    query = f"insert into videos ({', '.join(values)}) values ({', '.join(values.values())}) returning id::text"
    return str(rows(database, query)[0][0])


def claimed(database: Database, limit: int = 1) -> list[str]:
    """Claim videos; returns their ids in any order."""
    return [row["id"] for row in rows(database, "select video_copy_claim(%s, 900)", limit)[0][0]]


def claim_of(database: Database, video: str) -> str:
    """Return the claim of the last worker."""
    return str(rows(database, "select claim from video_copy_tasks where video_id = %s", video)[0][0])


def test_no_two_workers_take_the_same_video(database: Database) -> None:
    wanted = {new_video(database) for _ in range(60)}

    def work(connection: psycopg.Connection[Any]) -> list[str]:
        taken = []
        while found := connection.execute("select video_copy_claim(1, 900)").fetchall()[0][0]:
            taken += [row["id"] for row in found]
        return taken

    taken = Counter(video for videos in at_once(database, [work] * 8) for video in videos)
    assert set(taken) >= wanted
    assert max(taken.values()) == 1


def test_videos_without_a_second_copy_go_first_then_late_ones_then_the_newest(database: Database) -> None:
    second = {"fallback_provider": "'api_video'", "fallback_video_id": "gen_random_uuid()::text"}
    covered = new_video(database, ready_at="now()", **second)
    old = new_video(database, ready_at="now() - interval '3 hours'")
    new = new_video(database, ready_at="now() - interval '1 minute'")
    late = new_video(database, ready_at="now() - interval '4 hours 1 minute'")
    later = new_video(database, ready_at="now() - interval '5 hours'")
    assert [claimed(database)[0] for _ in range(5)] == [later, late, new, old, covered]


def test_the_claim_of_a_killed_worker_ends_and_a_failure_waits(database: Database) -> None:
    video = new_video(database)
    assert claimed(database) == [video]
    assert claimed(database) == []
    rows(database, "update video_copy_tasks set lease_until = now() - interval '1 second' returning 1")
    assert claimed(database) == [video]
    rows(database, "select video_copy_failed(%s, %s, 'VideoBusy')", video, claim_of(database, video))
    assert claimed(database) == []
    rows(database, "update video_copy_tasks set next_try_at = now() returning 1")
    assert claimed(database) == [video]


def test_a_damaged_copy_counts_from_the_moment_when_it_was_found(database: Database) -> None:
    video = new_video(database, ready_at="now() - interval '20 days'")
    assert claimed(database) == [video]
    proof = "select note_video_copy(%s, %s, 'videos/x', 1, sha256('x'), 'original')"
    rows(database, proof, video, claim_of(database, video))
    gap = "select (video_copy_status() ->> 'oldest_hours')::numeric"
    assert rows(database, gap) == [(0,)]
    rows(database, "select note_copy_damaged('video', %s, sha256('x'))", video)
    assert rows(database, "select video_copy_status() -> 'waiting'") == [(1,)]
    assert rows(database, gap) == [(0,)]


def test_a_worker_that_has_lost_its_claim_settles_nothing_of_its_successor(database: Database) -> None:
    video = new_video(database)
    assert claimed(database) == [video]
    lost = claim_of(database, video)
    rows(database, "update video_copy_tasks set lease_until = now() - interval '1 second' returning 1")
    assert claimed(database) == [video]
    held = claim_of(database, video)
    rows(database, "select video_copy_failed(%s, %s, 'VideoBusy')", video, lost)
    assert claimed(database) == [], "the successor still works on it"
    noted = "select note_video_copy(%s, %s, 'videos/x', 1, sha256(%s), 'transcode')"
    assert rows(database, noted, video, held, "one") == [(True,)]
    assert rows(database, noted, video, lost, "one") == [(False,)]
    assert claimed(database) == []
    assert rows(database, noted, video, lost, "another") == [(False,)]
    assert claimed(database) == [video], "other bytes lie there now"


def test_of_two_workers_at_once_the_file_is_proved_by_a_third(database: Database) -> None:
    video = new_video(database)
    claimed(database)
    lost = claim_of(database, video)
    rows(database, "update video_copy_tasks set lease_until = now() - interval '1 second' returning 1")
    claimed(database)
    held = claim_of(database, video)
    noted = "select note_video_copy(%s, %s, 'videos/x', 1, sha256(%s), 'transcode')"
    assert rows(database, noted, video, lost, "one") == [(False,)]
    assert rows(database, noted, video, held, "another") == [(False,)]
    assert claimed(database) == [video]
