"""Existing app as a client of the running stack."""

from __future__ import annotations

import httpx

from tests.support.people import new_address, new_phone
from tests.support.plain_http import plain_request
from tests.support.stack import RunningStack
from tests.support.videos import new_file, whole


class App:
    """Existing app on one phone."""

    def __init__(self, stack: RunningStack, base: str = "/api") -> None:
        query = "insert into accounts (phone, name, free_limit) values (%s, 'Айбек', 100) returning id::text"
        [(user_id,)] = stack.rows(query, new_phone())
        self.id: str = user_id
        self.headers = {
            "Authorization": f"Bearer {stack.user_token(self.id)}",
            "X-Local-Address": new_address(),
        }
        self.url = stack.url + base

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Send a request with the app's token."""
        return plain_request(method, self.url + path, json=body, headers=self.headers, timeout=60)

    def uploaded(self) -> str:
        """Open an upload session, upload a file to the provider and return its id of the video."""
        ticket = self.call("POST", "/video/create", {"title": "Toyota Camry"}).json()
        file = {"file": ("video.mp4", whole(new_file()), "video/mp4")}
        upload = plain_request("POST", ticket["uploadUrl"], files=file, timeout=60)
        assert upload.status_code == 201, upload.text
        return str(upload.json()["videoId"])

    def posted(self, body: object) -> str:
        """Post a listing, its video uploaded before as the app does; its id."""
        if isinstance(body, dict) and body.get("video_url"):
            body = {**body, "video_url": f"https://cdn.api.video/vod/{self.uploaded()}/hls/manifest.m3u8"}
        answer = self.call("POST", "/listings", body).json()
        assert answer["success"], answer
        return str(answer["data"]["id"])
