"""Users of the region: login with a code, posting, video upload, chat and playback."""

from __future__ import annotations

import hashlib
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from local.simulators.media import Film, MadeFile
from tools.rehearsal.stack import Region, RehearsalFailed

_TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}


@dataclass
class Person:
    """User with a phone. `token` is of the last login."""

    phone: str
    address: str = field(default_factory=lambda: f"198.51.100.{random.randrange(1, 255)}")  # noqa: S311
    token: str = ""
    id: str = ""

    def log_in(self, region: Region) -> None:
        """Request a code, read it from the phone, and use it."""
        self.token = ""
        self._call(region, "POST", "/auth/request-code", {"phone": self.phone, "platform": "android"})
        inbox = httpx.get(f"{region.url}/_local/sms?phone={quote(self.phone)}", trust_env=False, timeout=30).json()
        code = re.findall(r"\b\d{4,8}\b", inbox[0]["text"])[0]
        data = self._call(region, "POST", "/auth/verify-code", {"phone": self.phone, "code": code})["data"]
        self.token, self.id = data["token"], data["user"]["id"]

    def post_with_video(self, region: Region, title: str, *, seed: int) -> tuple[str, str]:
        """Upload a video, wait until it is ready, post it; returns the listing and the file's SHA-256."""
        content = _file(seed)
        asked = {"title": title, "fileSize": len(content)}
        session_key = self._call(region, "POST", "/video/create", asked, headers={"X-App-Build": "240"})
        httpx.patch(
            session_key["uploadUrl"], content=content, headers=_TUS, timeout=60, trust_env=False
        ).raise_for_status()
        video = str(session_key["videoId"])
        self._call(region, "POST", f"/video/{video}/uploaded", {})
        until = time.monotonic() + 90
        while self._call(region, "GET", f"/video/{video}")["status"] != "ready":
            if time.monotonic() > until:
                raise RehearsalFailed("the video did not become ready")
            time.sleep(0.5)
        body = {
            "category": "car",
            "title": title,
            "price": 1200000,
            "description": "Пробег по городу, торг уместен",
            "video_id": video,
            "city": "Бишкек",
            "details": {"brand": "Toyota", "model": "Camry", "year": 2018},
        }
        listing = self._call(region, "POST", "/listings", body)["data"]["id"]
        return str(listing), hashlib.sha256(content).hexdigest()

    def write(self, region: Region, listing: str, text: str) -> str:
        """Begin a conversation about a listing; returns the thread."""
        thread = self._call(region, "POST", "/chat/threads", {"listing_id": listing})["data"]["id"]
        self._call(region, "POST", f"/chat/threads/{thread}/messages", {"text": text})
        return str(thread)

    def messages(self, region: Region, thread: str) -> list[str]:
        """Return the texts of a conversation, newest first."""
        data = self._call(region, "GET", f"/chat/threads/{thread}/messages")["data"]
        return [message["body"] for message in data["messages"]]

    def _call(
        self, region: Region, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        sent = {"X-Local-Address": self.address, **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        answer = httpx.request(method, f"{region.url}/api{path}", json=body, headers=sent, timeout=60, trust_env=False)
        found: dict[str, Any] = answer.json()
        if answer.is_error:
            raise RehearsalFailed(f"{method} {path}: {answer.status_code} {found.get('code')}")
        return found


def feed(region: Region) -> list[tuple[str, str, int]]:
    """Return the first page of the feed: id, title, price."""
    answer = httpx.get(f"{region.url}/api/listings?limit=30", trust_env=False, timeout=60)
    listings = answer.json()["data"]["listings"]
    return [(one["id"], one["title"], one["price"]) for one in listings]


def watched(region: Region, listing: str) -> tuple[str, str]:
    """Return the address of a listing's video and the SHA-256 of its bytes."""
    shown = httpx.get(f"{region.url}/api/listings/{listing}", trust_env=False, timeout=60).json()
    answer = httpx.get(shown["video_url"], follow_redirects=True, trust_env=False, timeout=60)
    if answer.is_error:
        raise RehearsalFailed(f"the video of listing {listing} does not play: {answer.status_code}")
    return str(answer.url), hashlib.sha256(answer.content).hexdigest()


def _file(seed: int) -> bytes:
    made = MadeFile(f"rehearsal-{seed}", 300_000, Film(12.4, 1280, 720))
    return b"".join(made.read(0, made.size))
