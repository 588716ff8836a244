"""App uploads a photograph through the running stack, and everybody sees it without the seller's home in it."""

from __future__ import annotations

import pytest

from tests.support import picture_files as files
from tests.support.app_uploads import settled, uploaded
from tests.support.mobile_app import App
from tests.support.plain_http import plain_request
from tests.support.sellers import car
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


def test_a_photograph_is_uploaded_encoded_by_the_storages_event_and_shown(stack: RunningStack) -> None:
    app = App(stack)
    state = settled(app, uploaded(app, files.phone_portrait(1512, 2016)))
    assert state["state"] == "ready"
    listing = app.posted(car(thumbnail_url=state["url"]))
    shown = plain_request("GET", f"{stack.url}/api/listings/{listing}").json()
    assert shown["images"] == [state["image"]]
    for url in (shown["thumbnail_url"], *(source["url"] for source in shown["images"][0]["srcset"])):
        answer = plain_request("GET", url, timeout=60)
        assert answer.status_code == 200
        assert files.SECRET not in answer.content
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] in ("image/jpeg", "image/webp")


def test_a_file_that_is_no_picture_is_refused_in_the_persons_language(stack: RunningStack) -> None:
    app = App(stack)
    state = settled(app, uploaded(app, files.bomb()))
    assert (state["state"], state["refusal"], state["url"]) == ("refused", "too_many_pixels", None)
    assert "50" in state["message"]
