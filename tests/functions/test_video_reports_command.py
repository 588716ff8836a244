"""`make video-reports`: where api.video reports to."""

import pytest

from tests.support.functions import forget_container
from tests.support.videos import VideoWorld
from tools.video_reports import main

URL = "https://api.360auto.test/webhooks/video/api-video"


@pytest.fixture(autouse=True)
def account(videos: VideoWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in videos.environ.items():
        monkeypatch.setenv(name, value)
    forget_container()


def test_an_address_is_added_listed_and_removed(videos: VideoWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", URL]) == 0
    [hook] = videos.api_video.library.webhooks.values()
    added = capsys.readouterr().out
    assert hook["signatureSecret"] in added
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert listed == f"{hook['webhookId']}  {URL}\n"
    assert main(["remove", hook["webhookId"]]) == 0
    assert videos.api_video.library.webhooks == {}


def test_a_refusal_is_told_without_the_providers_words(videos: VideoWorld, capsys: pytest.CaptureFixture[str]) -> None:
    videos.turn("api_video", mode="http_500")
    assert main(["list"]) == 1
    told = capsys.readouterr().err
    assert told == "api.video refused (http_500).\n"
