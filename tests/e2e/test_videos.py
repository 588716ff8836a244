"""App uploads and watches videos through the running stack, as `make up` runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from auto360.providers.video.hls import require_playable
from tests.support.mobile_app import App
from tests.support.sellers import car
from tests.support.stack import RunningStack
from tests.support.videos import new_file, whole

pytestmark = pytest.mark.xdist_group("stack")
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """Whoever is not signed in."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield client


class Viewer(App):
    """Person with an app that uploads by tus."""

    def sent(self, http: httpx.Client, *, build: int | None) -> dict[str, Any]:
        """Open an upload session, upload a file in two pieces like a mobile network, and return the session."""
        file = new_file()
        content = whole(file)
        self.headers["X-App-Build"] = str(build or 0)
        ticket: dict[str, Any] = self.call("POST", "/video/create", {"title": "Камри", "fileSize": file.size}).json()
        assert ticket["success"], ticket
        body: dict[str, str] = {}
        if ticket["protocol"] == "tus":
            for begin, end in ((0, 100_000), (100_000, file.size)):
                headers = TUS | {"Upload-Offset": str(begin)}
                http.patch(ticket["uploadUrl"], content=content[begin:end], headers=headers).raise_for_status()
        else:
            upload = http.post(ticket["uploadUrl"], files={"file": (ticket["fileName"], content, "video/mp4")})
            body["videoId"] = upload.json()["videoId"]
        assert self.call("POST", f"/video/{ticket['videoId']}/uploaded", body).json()["success"]
        return ticket

    def ready(self, video_id: str) -> dict[str, Any]:
        """Ask, as the app does, until the video is ready."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found: dict[str, Any] = self.call("GET", f"/video/{video_id}").json()
            if found["status"] == "ready":
                return found
            time.sleep(0.5)
        raise AssertionError("The video did not become ready.")


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
