"""Uploads of the app to the running stack, and the wait until they are ready."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.support.mobile_app import App
from tests.support.videos import new_file, whole

_TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


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
                headers = _TUS | {"Upload-Offset": str(begin)}
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


def settled(app: App, picture_id: str) -> dict[str, Any]:
    """Ask, as the app does, until the picture is encoded or refused."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found: dict[str, Any] = app.call("GET", f"/pictures/{picture_id}").json()["data"]
        if found["state"] not in ("awaiting", "received"):
            return found
        time.sleep(0.5)
    raise AssertionError("The picture was neither encoded nor refused.")


def uploaded(app: App, content: bytes) -> str:
    """Upload a picture with a permission; returns its id."""
    body = {"purpose": "listing", "bytes": len(content), "content_type": "image/jpeg"}
    opened = app.call("POST", "/pictures", body).json()["data"]
    upload = opened["upload"]
    httpx.put(upload["url"], content=content, headers=upload["headers"], timeout=60, trust_env=False).raise_for_status()
    return str(opened["picture_id"])
