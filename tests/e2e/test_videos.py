"""App uploads and watches videos through the running stack, as `make up` runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from auto360.providers.video.hls import require_playable
from tests.support.app_uploads import Viewer
from tests.support.plain_http import plain_client
from tests.support.sellers import car
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """Whoever is not signed in."""
    with plain_client(timeout=60) as client:
        yield client


@pytest.mark.parametrize(("build", "provider"), [(None, "api_video"), (240, "yandex")])
def test_a_video_is_uploaded_shown_watched_and_removed(
    stack: RunningStack, http: httpx.Client, build: int | None, provider: str
) -> None:
    app = Viewer(stack)
    video_id = app.sent(http, build=build)["videoId"]
    found = app.ready(video_id)
    assert found["provider"] == provider
    require_playable(http, found["hlsUrl"])
    body = car(video_url=..., video_id=video_id)
    listing = app.call("POST", "/listings", body).json()["data"]["id"]
    shown = http.get(f"{stack.url}/api/listings/{listing}").json()
    assert bool(shown["video_id"]) == (provider == "api_video")
    require_playable(http, shown["video_url"])
    assert http.get(shown["thumbnail_url"], follow_redirects=True).headers["Content-Type"] == "image/jpeg"
    stranger = Viewer(stack)
    assert stranger.call("DELETE", f"/video/{video_id}").status_code == 403
    assert stranger.call("POST", f"/video/{video_id}/uploaded", {"videoId": "vi1"}).status_code in (404, 409)
    assert app.call("DELETE", f"/video/{video_id}").json()["success"]
    assert http.get(f"{stack.url}/api/listings/{listing}").json()["video_status"] == "none"


def test_api_videos_own_report_makes_a_video_ready_without_anybody_asking(
    stack: RunningStack, http: httpx.Client
) -> None:
    app = Viewer(stack)
    app.sent(http, build=None)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        lines = stack.local("logs?limit=200")
        if any(line.get("route") == "/webhooks/video/api-video" and line.get("status") == 200 for line in lines):
            return
        time.sleep(0.5)
    raise AssertionError("No report was taken.")


def test_the_videos_of_the_demonstration_play(stack: RunningStack, http: httpx.Client) -> None:
    query = """select l.video_provider, l.video_url from listings l join videos v on v.listing_id = l.id
               where l.status = 'active' and v.provider_video_id ~ 'Demo[0-9]+$'"""
    demonstrated = stack.rows(query)
    assert len(demonstrated) >= 40
    assert {provider for provider, _ in demonstrated} == {"api_video", "yandex"}
    for _, address in demonstrated:
        require_playable(http, address)
