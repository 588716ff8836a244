"""api.video's own Python client drives the simulator, and sends what our client sends."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from apivideo.api.upload_tokens_api import UploadTokensApi
from apivideo.api.videos_api import VideosApi
from apivideo.api.webhooks_api import WebhooksApi
from apivideo.api_client import ApiClient
from apivideo.exceptions import ApiException, NotFoundException
from apivideo.model.token_creation_payload import TokenCreationPayload
from apivideo.model.video_creation_payload import VideoCreationPayload
from apivideo.model.video_update_payload import VideoUpdatePayload
from apivideo.model.webhooks_creation_payload import WebhooksCreationPayload

from auto360.core.clock import utc_now
from auto360.providers.transport.connections import new_client
from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings
from auto360.providers.video.api_video_reports import ApiVideoWebhooks
from tests.support.lines import lines_of
from tests.support.recorded import Answer, leaves
from tests.support.replay import Got, Replay, replaying
from tests.support.videos import VideoWorld, new_file, planned, whole

KEY = "an-api-key"


class Official(ApiClient):  # type: ignore[misc]
    """The official client with the key as a user name, which the documentation allows on every call."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__()
        self.configuration.host = url
        self._basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()

    def update_params_for_auth(self, headers: dict[str, str], *_: Any) -> None:
        """Add the key."""
        headers["Authorization"] = self._basic


@pytest.fixture
def official(videos: VideoWorld) -> Iterator[Official]:
    client = Official(f"{videos.url}/api_video", videos.keyring.api_video_key)
    yield client
    client.close()


def a_file(name: str = "a.mp4") -> io.BytesIO:
    file = io.BytesIO(whole(new_file()))
    file.name = name
    return file


def test_the_official_client_uploads_by_a_token_and_sees_the_video_become_ready(
    official: Official, videos: VideoWorld
) -> None:
    tokens, library = UploadTokensApi(official), VideosApi(official)
    token = tokens.create_token(TokenCreationPayload(ttl=900))
    assert token.ttl == 900
    assert timedelta(minutes=14) < token.expires_at - utc_now() < timedelta(minutes=16)
    video = library.upload_with_upload_token(token.token, a_file())
    videos.ready("api_video", video.video_id)
    status = library.get_status(video.video_id)
    assert (status.ingest.status, status.encoding.playable) == ("uploaded", True)
    assert {quality.status for quality in status.encoding.qualities} == {"encoded"}
    assert status.encoding.metadata.duration == 12
    assert [each.token for each in tokens.list().data] == [token.token]
    tokens.delete_token(token.token)
    with pytest.raises(NotFoundException):
        tokens.get_token(token.token)


def test_the_official_client_makes_lists_changes_and_deletes_videos(official: Official) -> None:
    library = VideosApi(official)
    made = library.create(VideoCreationPayload(title="Toyota", panoramic=True, public=False))
    assert (made.title, made.panoramic, made.public) == ("Toyota", True, False)
    assert library.get(made.video_id).assets.hls.endswith(".m3u8")
    library.update(made.video_id, VideoUpdatePayload(mp4_support=False))
    assert library.get(made.video_id).mp4_support is False
    library.upload(made.video_id, a_file())
    listed = library.list(title="Toyota", sort_by="createdAt", sort_order="asc", current_page=1, page_size=25)
    assert [video.video_id for video in listed.data] == [made.video_id]
    assert (listed.pagination.items_total, listed.pagination.pages_total) == (1, 1)
    library.delete(made.video_id)
    with pytest.raises(NotFoundException):
        library.get(made.video_id)


def test_the_official_client_uploads_a_large_file_part_by_part(official: Official, videos: VideoWorld) -> None:
    videos.turn("api_video", chunk_mib=0.05)
    session = VideosApi(official).create_upload_with_upload_token_progressive_session(
        UploadTokensApi(official).create_token(TokenCreationPayload(ttl=60)).token
    )
    content = whole(new_file(size=300_000))
    pieces = [io.BytesIO(content[at : at + 100_000]) for at in (0, 100_000, 200_000)]
    for piece in pieces:
        piece.name = "a.mp4"
    for piece in pieces[:-1]:
        session.uploadPart(piece)
    video = session.uploadLastPart(pieces[-1])
    assert videos.ready("api_video", video.video_id).bytes == 300_000


def test_the_official_client_keeps_webhooks(official: Official) -> None:
    hooks = WebhooksApi(official)
    event, url = "video.encoding.quality.completed", "https://360auto.example/hook"
    hook = hooks.create(WebhooksCreationPayload(events=[event], url=url))
    assert (hook.events, hook.url, len(hook.signature_secret) >= 16) == ([event], url, True)
    assert [each.webhook_id for each in hooks.list().data] == [hook.webhook_id]
    hooks.delete(hook.webhook_id)
    assert hooks.list().data == []


def test_a_refusal_is_read_by_the_official_client(official: Official, videos: VideoWorld) -> None:
    with pytest.raises(ApiException) as wrong:
        VideosApi(Official(f"{videos.url}/api_video", "wrong")).list()
    assert wrong.value.status == 401
    videos.turn("api_video", reads_per_minute=1)
    VideosApi(official).list()
    with pytest.raises(ApiException) as many:
        VideosApi(official).list()
    assert (many.value.status, "X-RateLimit-Retry-After" in many.value.headers) == (429, True)


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying() as replay:
        replay.answers = [Answer(headers={"Content-Type": "application/json"}, body="{}")]
        yield replay


def sent_by(replay: Replay, call: Callable[[], object]) -> Got:
    """Return what a client sends; what it makes of the empty answer does not matter."""
    replay.got.clear()
    with suppress(Exception):
        call()
    return replay.got[0]


def test_our_client_sends_what_the_official_one_sends(replay: Replay) -> None:
    client = Official(replay.url, KEY)
    library, tokens, hooks = VideosApi(client), UploadTokensApi(client), WebhooksApi(client)
    settings = ApiVideoSettings.load({"API_VIDEO_URL": replay.url, "API_VIDEO_KEY": KEY})
    payload = VideoCreationPayload(
        title="t", source="https://a.example/v.mp4", panoramic=True, public=True, mp4_support=True
    )
    hook = WebhooksCreationPayload(events=["video.encoding.quality.completed"], url="https://a.example/h")
    with new_client(timeout=5.0) as http:
        ours, reports = ApiVideo(settings, lines_of(http)), ApiVideoWebhooks(settings, lines_of(http))
        pairs: list[tuple[Callable[[], object], Callable[[], object]]] = [
            (lambda: ours.open(planned(new_file())), lambda: tokens.create_token(TokenCreationPayload(ttl=900))),
            (lambda: ours.close(session_key="to1"), lambda: tokens.delete_token("to1")),
            (
                lambda: ours.pull("https://a.example/v.mp4", title="t", is_panoramic=True),
                lambda: library.create(payload),
            ),
            (lambda: ours.find(["vi1"]), lambda: library.get("vi1")),
            (lambda: ours.with_title("t"), lambda: library.list(title="t", current_page=1, page_size=100)),
            (lambda: ours.delete("vi1"), lambda: library.delete("vi1")),
            (lambda: reports.add("https://a.example/h"), lambda: hooks.create(hook)),
            (lambda: reports.remove("w1"), lambda: hooks.delete("w1")),
        ]
        for mine, theirs in pairs:
            found, wanted = sent_by(replay, mine), sent_by(replay, theirs)
            assert (found.method, found.path, found.query) == (wanted.method, wanted.path, wanted.query)
            assert found.headers["Authorization"] == wanted.headers["Authorization"]
            assert leaves(found.body, "json") == leaves(wanted.body, "json")
