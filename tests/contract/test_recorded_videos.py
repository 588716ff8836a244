"""Video providers as recorded: our clients send and read the samples; the simulators answer as they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from auto360.providers.transport.connections import new_client
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.video import LibraryFull, PlannedUpload, ProviderVideo, VideoBusy, VideoUnknown
from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings
from auto360.providers.video.api_video_reports import is_signed
from auto360.providers.video.iam import IamTokens, Token
from auto360.providers.video.yandex import YandexVideo, YandexVideoSettings
from local.simulators.api_video_views import signature
from tests.support.lines import lines_of
from tests.support.recorded import Request, differences, leaves, misfits, recorded, send, without
from tests.support.replay import Replay, mismatches, replaying
from tests.support.simulators import Webhook, provider_webhook  # noqa: F401 - a fixture
from tests.support.videos import VideoWorld, new_file, planned

REFERENCE = "0b6f6c1e-5d0c-4f0a-9c55-3a1e5ad6b001"
UPLOAD = PlannedUpload(REFERENCE, 120_000_000, 900, "Тойота")
ONCE = RetryPolicy(2.0, 2.0, 1, 0.0)
MADE_AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with new_client(timeout=5.0) as http:
        yield http


@pytest.fixture
def api_video(replay: Replay, http: httpx.Client) -> ApiVideo:
    settings = ApiVideoSettings.load({"API_VIDEO_URL": replay.url, "API_VIDEO_KEY": "an-api-key"})
    return ApiVideo(settings, lines_of(http), retry_policy=ONCE)


@pytest.fixture
def yandex(replay: Replay, http: httpx.Client) -> YandexVideo:
    settings = YandexVideoSettings.load({"YANDEX_VIDEO_URL": replay.url, "YANDEX_VIDEO_CHANNEL_ID": "vplcEXAMPLE"})
    tokens = IamTokens(lambda: Token("t1.token", 4e9), lambda: None)
    return YandexVideo(settings, lines_of(http), tokens, retry_policy=ONCE)


def test_api_video_is_called_and_read_as_recorded(api_video: ApiVideo, replay: Replay) -> None:
    samples = recorded("api_video")
    video = ProviderVideo("viEXAMPLE", "ready", "v1", 120_000_000, 93.0, 1280, 720, has_mp4=True, created_at=MADE_AT)
    names = ("open", "video", "status", "missing", "list", "pull", "video", "status")
    replay.play(*(samples[name] for name in names))
    assert api_video.open(UPLOAD).session_key == "toEXAMPLE"
    assert api_video.find(["viEXAMPLE", "vigone"]) == {"viEXAMPLE": video}
    assert [found.video_id for found in api_video.with_title("v1")] == ["viEXAMPLE"]
    assert api_video.pull("https://files.example/v.mp4", title="v1", is_panoramic=False) == "viEXAMPLE"
    assert api_video.download("viEXAMPLE").url == "https://vod.api.video/vod/viEXAMPLE/mp4/source.mp4"
    told = [mismatches(got, samples[name].request) for got, name in zip(replay.got, names, strict=True)]
    assert told == [[]] * 8


def test_a_busy_api_video_says_how_long_to_wait(api_video: ApiVideo, replay: Replay) -> None:
    replay.play(recorded("api_video")["busy"])
    with pytest.raises(VideoBusy) as busy:
        api_video.playback("viEXAMPLE")
    assert busy.value.retry_after == 12


def test_a_report_of_api_video_is_proved_by_the_secret_of_its_webhook() -> None:
    hook = recorded("api_video").webhooks["encoded"]
    signed = hook.headers["X-Api-Video-Signature"]
    assert is_signed(hook.body.encode(), signature=signed, secret="a-secret-of-that-webhook")
    assert not is_signed(hook.body.encode(), signature=signed, secret="another")


def test_yandex_is_called_and_read_as_recorded(yandex: YandexVideo, replay: Replay) -> None:
    samples = recorded("yandex_video")
    names = ("create", "batch", "manifests", "download")
    replay.play(*(samples[name] for name in names))
    target = yandex.open(UPLOAD)
    assert (target.url, target.video_id) == ("https://tusd.video.cloud.yandex.net/files/abc", "vplvEXAMPLE")
    found = yandex.find(["vplvEXAMPLE"])["vplvEXAMPLE"]
    assert (found.state, found.bytes, found.duration_seconds) == ("ready", 120_000_000, 93.2)
    assert yandex.playback("vplvEXAMPLE").hls_url.endswith("/master.m3u8")
    assert yandex.download("vplvEXAMPLE").url == "https://cdn.video.cloud.yandex.net/a/original"
    told = [mismatches(got, samples[name].request) for got, name in zip(replay.got, names, strict=True)]
    assert told == [[]] * 4


def test_refusals_of_yandex_are_told_apart(yandex: YandexVideo, replay: Replay) -> None:
    replay.play(recorded("yandex_video")["missing"])
    with pytest.raises(VideoUnknown):
        yandex.playback("vplvgone")
    replay.play(recorded("yandex_video")["full"])
    with pytest.raises(LibraryFull):
        yandex.open(UPLOAD)


def at_side(videos: VideoWorld, name: str, request: Request, video_id: str = "") -> tuple[str, Request]:
    """Return the simulator's address, and the request with its key and the id of a video there."""
    headers = dict(request.headers)
    if "Authorization" in headers:
        import base64

        basic = base64.b64encode(f"{videos.keyring.api_video_key}:".encode()).decode()
        headers["Authorization"] = f"Basic {basic}" if name == "api_video" else f"Bearer {videos.yandex.iam.grant()}"
    example = "viEXAMPLE" if name == "api_video" else "vplvEXAMPLE"
    body = request.body.replace(example, video_id or example)
    if name == "yandex_video":
        body = body.replace("vplcEXAMPLE", videos.yandex.channel_id)
    path = request.path.replace(example, video_id or example)
    prefix = "api_video" if name == "api_video" else "yandex"
    return f"{videos.url}/{prefix}", replace(request, headers=headers, path=path, body=body)


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("api_video", "open"),
        ("api_video", "video"),
        ("api_video", "status"),
        ("api_video", "missing"),
        ("api_video", "list"),
        ("api_video", "pull"),
        ("yandex_video", "create"),
        ("yandex_video", "batch"),
        ("yandex_video", "manifests"),
        ("yandex_video", "download"),
        ("yandex_video", "missing"),
        ("yandex_video", "full"),
    ],
)
def test_a_simulator_answers_as_recorded(videos: VideoWorld, provider: str, name: str) -> None:
    sample, side = recorded(provider)[name], provider.removesuffix("_video") if provider[0] == "y" else provider
    upload = planned(new_file(), title="Тойота")
    client = videos.provider(side)
    video_id = videos.send(client.open(upload), new_file(size=upload.bytes))
    videos.ready(side, video_id)
    if side == "api_video":
        videos.api_video.library.videos[video_id].title = "v1"
    if name == "full":
        videos.turn(side, quota=0)
    base, request = at_side(videos, provider, sample.request, video_id)
    assert misfits(send(videos.http, base, request), sample.answer) == []


@pytest.mark.parametrize(
    ("provider", "name"), [("api_video", "pull"), ("yandex_video", "create"), ("yandex_video", "batch")]
)
def test_simulators_refuse_a_request_without_a_required_field(videos: VideoWorld, provider: str, name: str) -> None:
    base, request = at_side(videos, provider, recorded(provider)[name].request)
    for missing in request.required:
        answer = send(videos.http, base, request, body=without(request, missing))
        assert answer.status_code == 400, missing


def test_the_simulated_api_video_reports_as_recorded(videos: VideoWorld, provider_webhook: Webhook) -> None:  # noqa: F811
    sample = recorded("api_video").webhooks["encoded"]
    secret = "a-secret-of-that-webhook"
    videos.api_video.library.add_webhook(provider_webhook.url, secret)
    client = videos.provider("api_video")
    file = new_file()
    videos.send(client.open(planned(file)), file)
    body = provider_webhook.wait_for(1)[0]
    assert differences(leaves(body, "json"), leaves(sample.body, "json")) == []
    assert json.loads(body)["type"] == json.loads(sample.body)["type"]
    assert signature(sample.body.encode(), secret) == sample.headers["X-Api-Video-Signature"]
