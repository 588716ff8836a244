"""Attacks on other people's videos: nobody makes us delete a video at its provider that is not his, on any path.

Each story is played on the running stack by HTTP; the database is touched only to lay out what is there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.support.mobile_app import App
from tests.support.plain_http import plain_request
from tests.support.sellers import car
from tests.support.stack import RunningStack
from tests.support.videos import new_file, whole

pytestmark = pytest.mark.xdist_group("stack")


@contextmanager
def database(stack: RunningStack) -> Iterator[psycopg.Connection[Any]]:
    """Yield the database with its owner's rights."""
    with psycopg.connect(stack.dsn, autocommit=True) as connection:
        yield connection


def at_api_video(stack: RunningStack) -> set[str]:
    """Return the ids of the videos that were uploaded to api.video lately."""
    return {video["id"] for video in stack.local("videos")}


def ticket(app: App, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = app.call("POST", "/video/create", {"title": "x", **fields}).json()
    assert found["success"], found
    return found


def sent(opened: dict[str, Any], *, name: str = "video.mp4") -> str:
    """Upload a file in an upload session, as the app does; returns the id at api.video."""
    file = {"file": (name, whole(new_file()), "video/mp4")}
    upload = plain_request("POST", opened["uploadUrl"], files=file, timeout=60)
    assert upload.status_code == 201, upload.text
    return str(upload.json()["videoId"])


def shown_by_a_listing_of_the_time_before(stack: RunningStack, owner: App) -> str:
    """Return a video that an imported listing shows, without an upload session and without a row of ours."""
    video_id = sent(ticket(owner))
    with database(stack) as connection:
        connection.execute(
            """insert into listings (seller_user_id, category, title, description, price, city, video_id, video_url,
                 video_provider, video_status)
               values (%s, 'car', 'Toyota', '', 1, 'Бишкек', %s, %s, 'api_video', 'ready')""",
            [owner.id, video_id, f"https://cdn.api.video/vod/{video_id}/hls/manifest.m3u8"],
        )
    return video_id


def poll(stack: RunningStack) -> None:
    """Let the timer do its work on videos."""
    stack.local("timers/video_poller/0", "POST")


def test_a_video_of_the_feed_is_not_deleted_as_larger_than_a_thiefs_ticket(stack: RunningStack) -> None:
    victim, thief = App(stack), App(stack)
    video_id = shown_by_a_listing_of_the_time_before(stack, victim)
    own = ticket(thief, fileSize=1, duration=1)
    answer = thief.call("POST", f"/video/{own['videoId']}/uploaded", {"videoId": video_id})
    assert (answer.status_code, answer.json()["code"]) == (409, "video_unavailable")
    poll(stack)
    assert video_id in at_api_video(stack)


def test_an_upload_that_no_row_knows_is_not_deleted_as_larger_than_a_thiefs_ticket(stack: RunningStack) -> None:
    victim, thief = App(stack), App(stack)
    own = ticket(thief, fileSize=1, duration=1)
    video_id = sent(ticket(victim))
    answer = thief.call("POST", f"/video/{own['videoId']}/uploaded", {"videoId": video_id})
    assert answer.status_code in (409, 413)
    poll(stack)
    assert video_id in at_api_video(stack)
    # The claim came to nothing, so whoever uploaded it can still tell of it.
    assert victim.call("POST", "/listings", car(video_url=..., video_id=video_id)).status_code == 201


def test_an_upload_that_a_thief_puts_into_his_listing_is_not_deleted_with_it(stack: RunningStack) -> None:
    victim, thief = App(stack), App(stack)
    ticket(thief)
    video_id = sent(ticket(victim))
    listing = thief.call("POST", "/listings", car(video_url=..., video_id=video_id)).json()
    if listing["success"]:
        assert thief.call("DELETE", f"/video/{video_id}").json()["success"]
    poll(stack)
    assert video_id in at_api_video(stack)


def test_an_upload_that_names_its_owner_cannot_be_claimed_by_another(stack: RunningStack) -> None:
    victim, thief = App(stack), App(stack)
    own, others = ticket(thief), ticket(victim)
    video_id = sent(others, name=others["fileName"])
    answer = thief.call("POST", f"/video/{own['videoId']}/uploaded", {"videoId": video_id})
    assert (answer.status_code, answer.json()["code"]) == (409, "video_unavailable")
    assert victim.call("POST", f"/video/{others['videoId']}/uploaded", {"videoId": video_id}).json()["success"]


def test_a_listing_that_shows_a_thiefs_claim_is_deleted_without_the_video(stack: RunningStack) -> None:
    victim, thief = App(stack), App(stack)
    ticket(thief)
    video_id = sent(ticket(victim))
    listing = thief.call("POST", "/listings", car(video_url=..., video_id=video_id)).json()
    if listing["success"]:
        assert thief.call("DELETE", f"/listings/{listing['data']['id']}").json()["success"]
    poll(stack)
    assert video_id in at_api_video(stack)


def test_whoever_uploaded_a_video_under_its_name_gets_it_deleted(stack: RunningStack) -> None:
    app = App(stack)
    own = ticket(app)
    video_id = sent(own, name=own["fileName"])
    assert app.call("POST", f"/video/{own['videoId']}/uploaded", {"videoId": video_id}).json()["success"]
    assert app.call("DELETE", f"/video/{own['videoId']}").json()["success"]
    poll(stack)
    assert video_id not in at_api_video(stack)
