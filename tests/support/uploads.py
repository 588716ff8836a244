"""People who upload videos, through the functions and at the providers, as an app does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from auto360.container import videos as media
from auto360.providers.video import UploadTarget
from auto360.providers.video.hls import require_playable
from local.simulators.media import MadeFile
from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, car, new_seller
from tests.support.videos import VideoWorld, new_file

VIDEO, API = "/api/video", "https://api.360auto.test/api"
TUS_BUILD = {"X-App-Build": "240"}


@dataclass
class Uploader:
    """Signed-in user with an app."""

    seller: Seller
    functions: Functions
    videos: VideoWorld
    database: Database

    def call(self, function: str, method: str, path: str, body: object = None, **options: Any) -> Answer:
        """Return a request to one of the functions about videos."""
        options = {"token": self.seller.token, "address": self.seller.address, **options}
        return self.functions.raw(function, http_event(method, VIDEO + path, body, **options))

    def create(self, body: object = None, **options: Any) -> Answer:
        """Request an upload session."""
        return self.call("video_token", "POST", "/create", {"title": "Камри"} if body is None else body, **options)

    def ticket(
        self, file: MadeFile | None = None, *, headers: dict[str, str] | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Return an upload session for a file."""
        size = (
            {"fileSize": file.size} if file else {"fileSize": 300_000} if headers and "X-App-Build" in headers else {}
        )
        answer = self.create({"title": "Камри", **size, **fields}, headers=headers or {})
        assert answer.status == 200, answer.body
        return answer.body

    def send(self, ticket: dict[str, Any], file: MadeFile, *, name: str | None = None) -> str:
        """Upload under the name of the upload session, or another; returns the provider's id of the video."""
        target = UploadTarget("", ticket["uploadUrl"], ticket["protocol"], ticket["videoId"])
        return self.videos.send(target, file, name=name or ticket["fileName"])

    def done(self, ticket: dict[str, Any], provider_id: str | None = None, **options: Any) -> Answer:
        """Say that the upload is done."""
        body = {"videoId": provider_id} if provider_id and ticket["protocol"] == "form" else {}
        return self.call("video_token", "POST", f"/{ticket['videoId']}/uploaded", body, **options)

    def uploaded(self, **options: Any) -> str:
        """Return a video that was uploaded and told of; gives our id."""
        file = new_file()
        ticket = self.ticket(file, **options)
        answer = self.done(ticket, self.send(ticket, file))
        assert answer.status == 200, answer.body
        return str(ticket["videoId"])

    def read(self, video_id: str, **options: Any) -> Answer:
        """State and addresses of a video."""
        return self.call("video", "GET", f"/{video_id}", **options)

    def delete(self, video_id: str, **options: Any) -> Answer:
        """Remove a video."""
        return self.call("video", "DELETE", f"/{video_id}", **options)

    def location(self, address: str) -> str:
        """Return the current target of one of our lasting addresses."""
        assert address.startswith(f"{API}/video/"), address
        answer = self.functions.raw("video", http_event("GET", VIDEO + address.removeprefix(f"{API}/video")))
        assert answer.status == 302, (address, answer.body)
        return answer.headers["Location"]

    def posted(self, video_id: str, **changes: Any) -> str:
        """Return a listing with one of our videos; its id."""
        answer = self.functions.raw(
            "listings",
            http_event("POST", LISTINGS, car(video_url=..., video_id=video_id, **changes), token=self.seller.token),
        )
        assert answer.status == 201, answer.body
        return str(answer.body["data"]["id"])

    def shown(self, listing_id: str) -> dict[str, Any]:
        """Return the listing as anybody sees it."""
        found: dict[str, Any] = self.seller.read(listing_id).body["data"]
        return found

    def assert_plays(self, listing_id: str) -> None:
        """Require that the app's addresses of a listing play (docs/reference/app-contract.md, section 0.9)."""
        listing = self.shown(listing_id)
        if listing["video_id"]:
            require_playable(
                self.videos.http, f"{self.videos.url}/api_video/vod/{listing['video_id']}/hls/manifest.m3u8"
            )
        for field in ("video_url", "video_player_url"):
            address = listing[field]
            if address.startswith(API):
                address = self.location(address)
            elif field == "video_player_url":
                continue
            address = address.replace("https://cdn.api.video", f"{self.videos.url}/api_video")
            require_playable(self.videos.http, address)

    def upkeep(self) -> dict[str, int]:
        """Return a run of the timer."""
        return media.video_upkeep().run(seconds=30)

    def row(self, video_id: str) -> dict[str, Any]:
        """Return the video in the database."""
        found: dict[str, Any] = rows(self.database, "select to_jsonb(v) from videos v where id = %s", video_id)[0][0]
        return found

    def later(self, video_id: str, interval: str) -> None:
        """Let time pass for a video and its upload session."""
        rows(
            self.database,
            """with t as (update upload_tickets set created_at = created_at - %s::interval,
                 expires_at = expires_at - %s::interval where video_id = %s)
               update videos set next_check_at = now(), created_at = created_at - %s::interval
               where id = %s returning id""",
            interval, interval, video_id, interval, video_id,
        )  # fmt: skip


NewUploader = Callable[[], Uploader]


@pytest.fixture
def new_uploader(functions: Functions, videos: VideoWorld, database: Database) -> NewUploader:
    """Makes people with an app; both providers work, all uploads of builds that know tus go to Yandex."""
    functions.set(**{**videos.environ, "PUBLIC_API_URL": API, "VIDEO_TUS_MIN_BUILD": "240"})
    return lambda: Uploader(new_seller(functions, database), functions, videos, database)


@pytest.fixture
def uploader(new_uploader: NewUploader) -> Uploader:
    """Return a user with an app."""
    return new_uploader()
