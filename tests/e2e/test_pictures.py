"""App uploads a photograph through the running stack, and everybody sees it without the seller's home in it."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.support import picture_files as files
from tests.support.mobile_app import App
from tests.support.sellers import car
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


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


def test_a_photograph_is_uploaded_encoded_by_the_storages_event_and_shown(stack: RunningStack) -> None:
    app = App(stack)
    state = settled(app, uploaded(app, files.phone_portrait(1512, 2016)))
    assert state["state"] == "ready"
    listing = app.posted(car(thumbnail_url=state["url"]))
    shown = httpx.get(f"{stack.url}/api/listings/{listing}", trust_env=False).json()
    assert shown["images"] == [state["image"]]
    for url in (shown["thumbnail_url"], *(source["url"] for source in shown["images"][0]["srcset"])):
        answer = httpx.get(url, timeout=60, trust_env=False)
        assert answer.status_code == 200
        assert files.SECRET not in answer.content
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] in ("image/jpeg", "image/webp")


def test_a_file_that_is_no_picture_is_refused_in_the_persons_language(stack: RunningStack) -> None:
    app = App(stack)
    state = settled(app, uploaded(app, files.bomb()))
    assert (state["state"], state["refusal"], state["url"]) == ("refused", "too_many_pixels", None)
    assert "50" in state["message"]
