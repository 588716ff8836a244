"""Jobs that copy videos and files to VK Cloud, as a timer or a storage event starts them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from auto360.container import replication
from auto360.domains.backups.runs import Runs
from auto360.domains.replication.run import CopyRun
from auto360.domains.replication.videos import VideoCopyPolicy
from tests.support.copies import BACKUP, UPLOADS, CopyWorld
from tests.support.functions import Functions
from tests.support.market import new_user_id
from tests.support.odd_videos import Page, Shortened
from tests.support.rows import rows
from tests.support.videos import VideoWorld

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 100


def timer(job: str) -> dict[str, Any]:
    """Return the message of a timer."""
    kind = "yandex.cloud.events.serverless.triggers.TimerMessage"
    details = {"trigger_id": "t", "payload": json.dumps({"job": job})}
    return {"messages": [{"event_metadata": {"event_id": uuid4().hex, "event_type": kind}, "details": details}]}


def arrived(*keys: str) -> dict[str, Any]:
    """Return the message of an object-storage trigger."""
    kind = "yandex.cloud.events.storage.ObjectCreate"
    return {
        "messages": [
            {
                "event_metadata": {"event_id": uuid4().hex, "event_type": kind},
                "details": {"bucket_id": UPLOADS, "object_id": key},
            }
            for key in keys
        ]
    }


@pytest.fixture
def run(functions: Functions, copy_world: CopyWorld, videos: VideoWorld) -> Any:
    """Starts a job with both video providers and the stores at hand; other tests' videos are out of the way."""
    functions.set(**videos.environ)
    with copy_world.database.connect() as connection:
        connection.execute("update videos set replicated_at = now() where replicated_at is null")
        connection.execute("delete from backup_copies")
        connection.execute("delete from video_copy_tasks")
    return lambda job: functions.handler("media_copies")(timer(job), None)


def new_video(world: CopyWorld, provider: str, provider_video_id: str) -> str:
    """Return a ready video of ours; its id."""
    query = (
        "insert into videos (owner_user_id, provider, provider_video_id, state) values (%s, %s, %s, 'ready')"
        " returning id::text"
    )
    [(video_id,)] = rows(world.database, query, new_user_id(world.database), provider, provider_video_id)
    return str(video_id)


def newest_run(world: CopyWorld) -> tuple[str, str, int]:
    """Return kind, state and files of the run that ended last."""
    query = "select kind, state, files from backup_runs where finished_at is not null order by finished_at desc limit 1"
    [(kind, state, files)] = rows(world.database, query)
    return kind, state, files


@pytest.mark.parametrize(("provider", "origin"), [("api_video", "transcode"), ("yandex", "original")])
def test_a_ready_video_is_copied_with_what_proves_it(
    provider: str, origin: str, run: Any, copy_world: CopyWorld, videos: VideoWorld
) -> None:
    video = new_video(copy_world, provider, videos.seed(provider, size=700_000))
    assert run("videos")["copied"] == 1
    content = copy_world.copied("videos/")[f"{video}/{provider}.mp4"]
    proof = json.loads(copy_world.copied("videos/")[f"{video}/{provider}.mp4.json"])
    assert (len(content), proof["bytes"], proof["origin"]) == (700_000, 700_000, origin)
    assert proof["sha256"] == hashlib.sha256(content).hexdigest()
    stored = "select replica_key, encode(replica_sha256, 'hex'), replica_origin from videos where id = %s"
    assert rows(copy_world.database, stored, video) == [(f"videos/{video}/{provider}.mp4", proof["sha256"], origin)]
    assert run("videos")["copied"] == 0


def test_a_video_that_cannot_be_read_holds_up_no_other(run: Any, copy_world: CopyWorld, videos: VideoWorld) -> None:
    gone = new_video(copy_world, "api_video", f"vi{uuid4().hex[:10]}")
    there = new_video(copy_world, "api_video", videos.seed("api_video"))
    report = run("videos")
    assert (report["copied"], report["failed"]) == (1, 1)
    assert set(copy_world.copied("videos/")) == {f"{there}/api_video.mp4", f"{there}/api_video.mp4.json"}
    assert rows(copy_world.database, "select replicated_at from videos where id = %s", gone) == [(None,)]
    assert newest_run(copy_world) == ("videos", "partial", 1)


@pytest.mark.parametrize(("provider", "known"), [("api_video", None), ("yandex", 700_000)])
def test_half_a_file_is_no_copy_whatever_its_provider_calls_its_size(
    provider: str, known: int | None, run: Any, copy_world: CopyWorld, videos: VideoWorld
) -> None:
    name = videos.seed(provider, size=700_000)
    library: dict[str, Any] = videos.api_video.library.videos if provider == "api_video" else videos.yandex.videos
    library[name].body = Shortened(library[name].body, 300_000)
    video = new_video(copy_world, provider, name)
    rows(copy_world.database, "update videos set bytes = %s where id = %s returning 1", known, video)
    report = run("videos")
    assert (report["copied"], report["failed"]) == (0, 1)
    assert copy_world.copied("videos/") == {}
    assert rows(copy_world.database, "select replicated_at from videos where id = %s", video) == [(None,)]


@pytest.mark.parametrize("provider", ["api_video", "yandex"])
def test_a_page_is_no_video(provider: str, run: Any, copy_world: CopyWorld, videos: VideoWorld) -> None:
    name = videos.seed(provider)
    library: dict[str, Any] = videos.api_video.library.videos if provider == "api_video" else videos.yandex.videos
    library[name].body = Page()
    new_video(copy_world, provider, name)
    assert (run("videos")["failed"], copy_world.copied("videos/")) == (1, {})


def test_a_run_that_is_out_of_time_is_not_verified(run: Any, copy_world: CopyWorld, videos: VideoWorld) -> None:
    for _ in range(2):
        new_video(copy_world, "api_video", videos.seed("api_video"))
    jump = iter(range(1000))
    policy, now = VideoCopyPolicy.load({}), datetime.now(UTC)
    copies = replace(replication.videos(), policy=policy, now=lambda: now + timedelta(minutes=5 * next(jump)))
    report = CopyRun(copy_world.calls, Runs(copy_world.calls), now + timedelta(minutes=9)).videos(copies)
    assert report["copied"] == 1
    assert newest_run(copy_world) == ("videos", "partial", 1)
    assert run("videos")["copied"] == 1
    assert newest_run(copy_world) == ("videos", "verified", 1)


def test_workers_do_not_end_each_others_runs(run: Any, copy_world: CopyWorld) -> None:
    run("videos")
    going = """insert into backup_runs (kind, lease_job, lease_fence) values ('videos', 'videos_2', 1) returning id"""
    [(other,)] = rows(copy_world.database, going)
    run("videos")
    assert rows(copy_world.database, "select state from backup_runs where id = %s", other) == [("running",)]


def test_a_connection_that_breaks_in_the_middle_of_the_file_is_taken_up_again(
    run: Any, copy_world: CopyWorld, videos: VideoWorld
) -> None:
    video = new_video(copy_world, "api_video", videos.seed("api_video", size=2_000_000))
    videos.turn("api_video", cut_percent=50)
    assert run("videos")["copied"] == 1
    assert len(copy_world.copied("videos/")[f"{video}/api_video.mp4"]) == 2_000_000


def test_the_copy_of_a_deleted_video_stays_for_90_days(run: Any, copy_world: CopyWorld, videos: VideoWorld) -> None:
    video = new_video(copy_world, "yandex", videos.seed("yandex"))
    run("videos")
    deleted = "update videos set state = 'deleted', deleted_at = now() - %s::interval where id = %s"
    anew = "update backup_copies set source_gone_at = null, keep_until = null where source = %s"
    for days, left in ((89, 2), (91, 0)):
        with copy_world.database.connect() as connection:
            connection.execute(deleted, [timedelta(days=days), video])
            connection.execute(anew, [video])
        run("videos")
        assert len(copy_world.copied("videos/")) == left
    kept = "select replica_key, (select count(*) from backup_copies where source = %s) from videos where id = %s"
    assert rows(copy_world.database, kept, video, video) == [(None, 0)]


def test_the_hourly_and_the_daily_job_copy_files_and_their_runs_are_recorded(run: Any, copy_world: CopyWorld) -> None:
    copy_world.upload("a.png", PNG)
    with copy_world.database.connect() as connection:
        connection.execute("update private.file_changes set changed_at = now() - interval '5 minutes'")
        connection.execute("update job_leases set cursor = '{}' where job = 'storage'")
    assert run("storage_changes")["copied"] == 1
    copy_world.upload("b.png", PNG)
    assert run("storage_comparison")["copied"] == 1
    assert set(copy_world.copied()) == {"a.png", "b.png"}
    assert run("read_again") == {"read": 2, "bytes": 2 * len(PNG), "damaged": 0}
    recorded = "select kind, state, files from backup_runs order by started_at desc limit 3"
    assert rows(copy_world.database, recorded) == [
        ("verification", "verified", 2),
        ("storage", "verified", 1),
        ("storage", "verified", 1),
    ]


def test_a_timer_with_an_unknown_job_fails_for_everybody_to_see(run: Any) -> None:
    with pytest.raises(ValueError, match="there is no job 'everything'"):
        run("everything")


@pytest.mark.parametrize(
    ("key", "content", "verdict"),
    [
        ("u1/a.png", PNG, "copied"),
        ("u1/film.MP4", MP4, "copied"),
        ("u1/a.jpg", PNG, "refused"),
        ("u1/page.html", b"<script>", "refused"),
        ("u1/empty.png", b"", "refused"),
        ("u1/large.png", PNG + b"\0" * 400, "refused"),
    ],
)
def test_a_file_that_has_arrived_is_copied_at_once_or_refused(
    key: str, content: bytes, verdict: str, functions: Functions, copy_world: CopyWorld
) -> None:
    functions.set(ARRIVAL_MAX_BYTES="300")
    uploads = copy_world.store(UPLOADS)
    uploads.put(key, [content])
    assert functions.handler("media_event")(arrived(key), None) == {verdict: 1}
    copies = {found.key for found in copy_world.store(BACKUP).list("storage/current/uploads/")}
    assert copies == ({f"storage/current/uploads/{key}"} if verdict == "copied" else set())
    kept = key if verdict == "copied" else f"refused/{key}"
    assert [found.key for found in uploads.list()] == [kept]


@pytest.mark.parametrize(("key", "kept"), [("u1/a.png", "image/png"), ("u1/page.html", "application/octet-stream")])
def test_no_file_keeps_the_type_of_a_page_that_its_sender_gave_it(
    key: str, kept: str, functions: Functions, copy_world: CopyWorld
) -> None:
    uploads, copies = copy_world.store(UPLOADS), copy_world.store(BACKUP)
    uploads.put(key, [PNG], content_type="text/html; charset=utf-8", metadata={"note": "x"})
    functions.handler("media_event")(arrived(key), None)
    found = [store.head(item.key) for store in (uploads, copies) for item in store.list() if item.key.endswith(key)]
    assert {info.content_type for info in found if info} == {kept}


def test_an_event_that_comes_twice_or_too_late_changes_nothing(functions: Functions, copy_world: CopyWorld) -> None:
    copy_world.store(UPLOADS).put("a.png", [PNG])
    handler = functions.handler("media_event")
    assert handler(arrived("a.png"), None) == {"copied": 1}
    assert handler(arrived("a.png", "gone.png"), None) == {"known": 1, "gone": 1}
