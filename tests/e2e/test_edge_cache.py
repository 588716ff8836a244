"""Edge of the CDN before the running stack: nobody gets another's answer, nothing outlives a move or a decision."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from auto360.providers.cdn import Caching, Resource, Rule
from auto360.providers.video.hls import require_playable
from tests.support import picture_files as files
from tests.support.app_uploads import Viewer, settled, uploaded
from tests.support.edge_storm import MIN_HITS_PERCENT, Storm, Town, apply_settings, new_town
from tests.support.plain_http import plain_client
from tests.support.sellers import car
from tests.support.stack import RunningStack
from tools.cdn.settings import wanted

pytestmark = pytest.mark.xdist_group("stack")
REQUESTS = int(os.environ.get("EDGE_STORM", "1000"))
SEED = 360
_WHATEVER_IS_ASKED = """
[resource]
edge_seconds = 0
ignore_query = false
ignore_cookies = false
[[rule]]
name = "pages"
pattern = "^/api/"
weight = 1
edge_seconds = 60
"""
_WITHOUT_QUERY = """
[resource]
edge_seconds = 0
[[rule]]
name = "feed"
pattern = "^/api/listings$"
weight = 1
edge_seconds = 60
ignore_query = true
"""
_REJECT = """
select moderation_act(p_moderator_id => %s, p_listing_id => q.listing_id, p_version => q.version,
  p_action => 'reject', p_reason => 'Чужие фотографии') from moderation_queue q where q.listing_id = %s"""


@pytest.fixture
def cdn(stack: RunningStack) -> Iterator[httpx.Client]:
    """Yield a viewer behind the CDN, which has our settings, is empty, and purges at once."""
    apply_settings(stack, wanted())
    base = f"http://127.0.0.1:{stack.ports.edge_cache}"
    with plain_client(base_url=base, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def town(stack: RunningStack) -> Town:
    """Return fifty people, with two videos at Yandex, whose addresses differ for each viewer."""
    with plain_client(timeout=60) as http:
        app = Viewer(stack)
        videos = [str(app.sent(http, build=240)["videoId"]) for _ in range(2)]
        for video in videos:
            app.ready(video)
    return new_town(stack, videos, people=50, pictures=60, segments=20)


def run_timer(stack: RunningStack, function: str, job: str = "") -> None:
    """Run a timer of a function now."""
    timers = stack.local("timers")
    [found] = [each for each in timers if each["function"] == function and job in str(each)]
    done = stack.local(f"timers/{function}/{found['n']}", "POST")
    assert done["ok"], done


def purge_now(stack: RunningStack) -> None:
    """Let a minute pass for the queue of purges, and work it off."""
    minute = "update job_leases set last_started_at = last_started_at - interval '1 minute' where job = 'cdn_purger'"
    while stack.rows("select 1 from cdn_purges where done_at is null limit 1"):
        stack.rows(minute)
        run_timer(stack, "cdn_purger")


def status_of(cdn: httpx.Client, path: str) -> tuple[int, str]:
    answer = cdn.get(path)
    return answer.status_code, answer.headers["X-Cache-Status"]


@pytest.mark.usefixtures("cdn")
def test_no_caller_sees_anothers_answer_and_files_come_from_the_edge(town: Town) -> None:
    storm, began = Storm(town, random.Random(SEED)), time.monotonic()
    storm.run(REQUESTS)
    print(f"\n{REQUESTS} requests in {time.monotonic() - began:.0f} s: {len(storm.leaks)} leaks")
    for kind in ("picture", "segment"):
        print(f"{kind}s: {storm.hits_percent(kind):.1f} % from the edge")
    print(dict(sorted(storm.statuses.items())))
    print(dict(sorted(storm.cache.items())))
    assert storm.leaks == []
    for kind in ("picture", "segment"):
        assert storm.hits_percent(kind) > MIN_HITS_PERCENT
    for kind in ("profile", "feed", "guest", "play", "notifications", "listing", "own"):
        assert storm.cache[f"{kind} BYPASS"] == sum(n for name, n in storm.cache.items() if name.startswith(kind))
        assert storm.statuses[f"{kind} {302 if kind == 'play' else 200}"] > 0


@pytest.mark.usefixtures("cdn")
@pytest.mark.parametrize(
    ("settings", "kinds"),
    [(_WHATEVER_IS_ASKED, ("_profile", "_feed")), (_WITHOUT_QUERY, ("_guests_feed",))],
    ids=["pages are kept", "queries are ignored"],
)
def test_the_storm_notices_settings_that_mix_callers(
    stack: RunningStack, town: Town, tmp_path: Path, settings: str, kinds: tuple[str, ...]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(settings, encoding="utf-8")
    apply_settings(stack, wanted(file))
    storm = Storm(town, random.Random(SEED))
    storm.run(500)
    assert {leak.partition(":")[0] for leak in storm.leaks} >= set(kinds)


@pytest.mark.usefixtures("cdn")
def test_the_storm_notices_kept_redirects(stack: RunningStack, town: Town) -> None:
    rule = Rule("videos", "^/api/video/", 1, Caching(edge_seconds=60, keeps_redirects=True))
    apply_settings(stack, Resource(wanted().caching, (rule,)))
    storm = Storm(town, random.Random(SEED))
    storm.run(200)
    assert {leak.partition(":")[0] for leak in storm.leaks} == {"_play"}


@pytest.mark.usefixtures("cdn")
def test_without_rules_the_edge_keeps_nothing(stack: RunningStack, town: Town) -> None:
    apply_settings(stack, Resource(wanted().caching))
    storm = Storm(town, random.Random(SEED))
    storm.run(200)
    assert storm.leaks == []
    assert storm.hits_percent("picture") == 0


def test_a_video_that_moved_plays_from_its_new_place_at_once_and_a_deleted_one_not_at_all(
    stack: RunningStack, cdn: httpx.Client
) -> None:
    app = Viewer(stack)
    with plain_client(timeout=60) as http:
        video, other = (str(app.sent(http, build=build)["videoId"]) for build in (None, 240))
        for each in (video, other):
            app.ready(each)
        address = f"/api/video/{video}/manifest.m3u8"
        before = cdn.get(address)
        assert ("/api_video/" in before.headers["Location"], before.headers["Cache-Control"]) == (True, "no-store")
        [(there,)] = stack.rows("select provider_video_id from videos where id = %s", other)
        stack.rows("delete from videos where id = %s", other)
        stack.rows(
            """update videos set provider = 'yandex', provider_video_id = %s, fallback_provider = 'api_video',
                 fallback_video_id = provider_video_id, fallback_until = now() + interval '1 day' where id = %s""",
            there, video,
        )  # fmt: skip
        after = cdn.get(address).headers["Location"]
        assert "/yandex/" in after
        require_playable(http, after)
    assert app.call("DELETE", f"/video/{video}").json()["success"]
    assert cdn.get(address).status_code == 404
    queued = {path for (path,) in stack.rows("select path from cdn_purges where path like %s", f"%{video}%")}
    assert f"/api/video/{video}/*" in queued


def test_a_picture_of_a_rejected_listing_leaves_the_edge_and_is_not_kept_again(
    stack: RunningStack, cdn: httpx.Client
) -> None:
    app = Viewer(stack)
    state = settled(app, uploaded(app, files.phone_portrait(900, 1200)))
    listing = app.posted(car(thumbnail_url=state["url"]))
    path = "/" + state["url"].split("/", 3)[3]
    assert [status_of(cdn, path) for _ in range(2)] == [(200, "MISS"), (200, "HIT")]
    moderator = Viewer(stack)
    stack.rows("update accounts set role = 'moderator' where id = %s", moderator.id)
    stack.rows(_REJECT, moderator.id, listing)
    run_timer(stack, "picture_job", "sweep")
    assert status_of(cdn, path) == (200, "HIT")
    purge_now(stack)
    assert [status_of(cdn, path) for _ in range(2)] == [(400, "MISS"), (400, "MISS")]


def test_an_avatar_of_a_deleted_account_leaves_the_edge(stack: RunningStack, cdn: httpx.Client) -> None:
    app = Viewer(stack)
    state = settled(app, uploaded(app, files.phone_portrait(900, 1200)))
    stack.rows("update accounts set avatar_url = %s where id = %s", state["url"], app.id)
    path = "/" + state["url"].split("/", 3)[3]
    assert [status_of(cdn, path) for _ in range(2)] == [(200, "MISS"), (200, "HIT")]
    stack.rows("delete from accounts where id = %s", app.id)
    run_timer(stack, "picture_job", "sweep")
    purge_now(stack)
    assert [status_of(cdn, path) for _ in range(2)] == [(400, "MISS"), (400, "MISS")]
