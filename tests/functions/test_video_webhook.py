"""POST /webhooks/video/api-video: reports are hints; the video is read again."""

import json

import pytest

from local.simulators.api_video_views import signature
from tests.support.functions import Answer, http_event
from tests.support.uploads import Uploader
from tests.support.videos import new_file

PATH = "/webhooks/video/api-video"


def report(uploader: Uploader, video_id: str, *, secret: str | None = None, **changes: object) -> Answer:
    body = json.dumps(
        {
            "type": "video.encoding.quality.completed",
            "videoId": video_id,
            "encoding": "hls",
            "quality": "720p",
            **changes,
        }
    )
    sign = signature(body.encode(), secret or uploader.videos.keyring.api_video_webhook_secret)
    return uploader.functions.raw(
        "video_webhook", http_event("POST", PATH, body, headers={"X-Api-Video-Signature": sign})
    )


def processing(uploader: Uploader) -> tuple[str, str]:
    """Return a video that is being encoded: our id and the provider's."""
    uploader.videos.turn("api_video", encode_seconds=600)
    video = uploader.uploaded()
    return video, uploader.row(video)["provider_video_id"]


def test_a_report_makes_the_video_ready(uploader: Uploader) -> None:
    video, provider_id = processing(uploader)
    uploader.videos.api_video.library.videos[provider_id].encoded_at = 0.0
    for _ in range(3):
        assert report(uploader, provider_id).body["data"] == {"state": "ready"}
    assert uploader.row(video)["state"] == "ready"


def test_a_report_is_not_believed(uploader: Uploader) -> None:
    video, provider_id = processing(uploader)
    assert report(uploader, provider_id).body["data"] == {"state": "processing"}
    assert uploader.row(video)["state"] == "processing"


@pytest.mark.parametrize("secret", ["wrong", "x" * 43])
def test_a_report_that_api_video_has_not_signed_changes_nothing(uploader: Uploader, secret: str) -> None:
    video, provider_id = processing(uploader)
    uploader.videos.api_video.library.videos[provider_id].encoded_at = 0.0
    answer = report(uploader, provider_id, secret=secret)
    assert (answer.status, answer.code) == (401, "authentication_required")
    unsigned = uploader.functions.raw("video_webhook", http_event("POST", PATH, {"videoId": provider_id}))
    assert unsigned.status == 401
    assert uploader.row(video)["state"] == "processing"


def test_two_secrets_are_good_while_they_are_changed(uploader: Uploader) -> None:
    _, provider_id = processing(uploader)
    uploader.functions.set(API_VIDEO_WEBHOOK_SECRET="old,new")
    assert report(uploader, provider_id, secret="new").status == 200
    assert report(uploader, provider_id, secret="old").status == 200


def test_a_report_of_a_video_that_is_not_ours_is_ignored(uploader: Uploader) -> None:
    other = uploader.videos.seed("api_video")
    assert report(uploader, other).body["data"] == {"state": "ignored"}
    assert report(uploader, "viNowhere").body["data"] == {"state": "ignored"}
    assert report(uploader, "vi", videoId=["x"]).body["data"] == {"state": "ignored"}


def test_an_upload_of_which_the_app_did_not_tell_finds_its_ticket_by_its_file_name(uploader: Uploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    uploader.send(ticket, file)
    [made] = uploader.videos.api_video.library.videos.values()
    made.title = ticket["fileName"]
    assert report(uploader, made.id).body["data"] == {"state": "ready"}
    assert uploader.row(ticket["videoId"])["provider_video_id"] == made.id


def test_an_upload_larger_than_its_ticket_is_refused_by_the_report_as_well(uploader: Uploader) -> None:
    ticket = uploader.ticket(fileSize=1000)
    uploader.send(ticket, new_file(size=2000))
    [made] = uploader.videos.api_video.library.videos.values()
    made.title = ticket["fileName"]
    assert report(uploader, made.id).body["data"] == {"state": "upload_too_large"}
    uploader.upkeep()
    assert uploader.videos.api_video.library.videos == {}


def test_a_silent_api_video_means_that_the_report_may_come_again(uploader: Uploader) -> None:
    _, provider_id = processing(uploader)
    uploader.videos.turn("api_video", mode="dead")
    assert report(uploader, provider_id).status == 503


def test_a_body_that_is_no_json_is_ignored_when_signed(uploader: Uploader) -> None:
    body = "not json"
    sign = signature(body.encode(), uploader.videos.keyring.api_video_webhook_secret)
    answer = uploader.functions.raw(
        "video_webhook", http_event("POST", PATH, body, headers={"X-Api-Video-Signature": sign})
    )
    assert answer.body["data"] == {"state": "ignored"}
