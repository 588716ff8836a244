"""Contract of every video provider, on the simulator of each."""

from uuid import uuid4

import pytest

from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.video import (
    PlannedUpload,
    ProviderVideo,
    VideoBusy,
    VideoFailure,
    VideoRefused,
    VideoUncertain,
    VideoUnknown,
    VideoUnreachable,
)
from auto360.providers.video.hls import require_playable
from tests.support.videos import VideoWorld, new_file, planned

PROVIDERS = ("api_video", "yandex")
QUICK = RetryPolicy(total_seconds=1.0, call_seconds=0.5, tries=2, first_wait_seconds=0.01)
pytestmark = pytest.mark.parametrize("name", PROVIDERS)


def uploaded(videos: VideoWorld, name: str, *, seconds: float = 12.4) -> tuple[ProviderVideo, PlannedUpload]:
    file = new_file(seconds=seconds)
    upload = planned(file)
    video_id = videos.send(videos.provider(name).open(upload), file)
    return videos.ready(name, video_id), upload


def test_an_uploaded_video_becomes_ready_with_its_size_and_duration(videos: VideoWorld, name: str) -> None:
    video, upload = uploaded(videos, name)
    assert video.bytes == upload.bytes
    assert video.duration_seconds is not None
    assert abs(video.duration_seconds - 12.4) < 1
    assert video.created_at is not None


def test_a_ready_video_really_plays(videos: VideoWorld, name: str) -> None:
    video, _ = uploaded(videos, name)
    provider = videos.provider(name)
    require_playable(videos.http, provider.playback(video.video_id).hls_url)
    thumbnail = provider.thumbnail(video.video_id)
    assert thumbnail
    assert videos.http.get(thumbnail).content[:2] == b"\xff\xd8"


def test_a_video_that_is_being_made_is_on_its_way(videos: VideoWorld, name: str) -> None:
    videos.turn(name, encode_seconds=60)
    file = new_file()
    provider = videos.provider(name)
    video_id = videos.send(provider.open(planned(file)), file)
    assert provider.find([video_id])[video_id].state == "processing"


def test_a_damaged_file_is_a_failed_video(videos: VideoWorld, name: str) -> None:
    file = new_file(size=50)
    provider = videos.provider(name)
    video_id = videos.send(provider.open(planned(file)), file)
    assert provider.find([video_id])[video_id].state == "failed"


def test_the_file_can_be_read_again(videos: VideoWorld, name: str) -> None:
    video, upload = uploaded(videos, name)
    download = videos.provider(name).download(video.video_id)
    answer = videos.http.get(download.url, headers={**download.headers, "Range": "bytes=10-19"})
    assert (answer.status_code, len(answer.content)) == (206, 10)
    assert answer.headers["Content-Range"] == f"bytes 10-19/{upload.bytes}"
    assert answer.headers["ETag"]


def test_a_deleted_video_is_gone_and_deleting_it_again_is_no_failure(videos: VideoWorld, name: str) -> None:
    video, _ = uploaded(videos, name)
    provider = videos.provider(name)
    provider.delete(video.video_id)
    provider.delete(video.video_id)
    assert provider.find([video.video_id]) == {}
    with pytest.raises(VideoUnknown):
        provider.playback(video.video_id)


def test_a_gone_video_among_others_hides_none_of_them(videos: VideoWorld, name: str) -> None:
    first, second = uploaded(videos, name)[0], uploaded(videos, name)[0]
    found = videos.provider(name).find([first.video_id, "vigone", second.video_id])
    assert set(found) == {first.video_id, second.video_id}


def test_all_videos_are_told_page_by_page_none_twice(videos: VideoWorld, name: str) -> None:
    made = {videos.seed(name) for _ in range(230)}
    provider = videos.provider(name)
    newest = [video.video_id for video in provider.videos(newest_first=True)]
    oldest = [video.video_id for video in provider.videos(newest_first=False)]
    assert len(newest) == len(made) == provider.count()
    assert set(newest) == made
    assert set(oldest) == made


def test_a_video_is_found_by_its_exact_title(videos: VideoWorld, name: str) -> None:
    title = str(uuid4())
    wanted = videos.seed(name, title=title)
    videos.seed(name, title=f"{title} and more")
    assert [video.video_id for video in videos.provider(name).with_title(title)] == [wanted]


def test_single_failures_are_waited_out(videos: VideoWorld, name: str) -> None:
    video, _ = uploaded(videos, name)
    videos.turn(name, fail_percent=30)
    provider = videos.provider(name)
    for _ in range(20):
        assert provider.find([video.video_id])[video.video_id].state == "ready"


@pytest.mark.parametrize(("mode", "kind"), [("dead", VideoUnreachable), ("http_500", VideoUnreachable)])
def test_a_broken_provider_is_a_failure_of_the_right_kind(
    videos: VideoWorld, name: str, mode: str, kind: type[VideoFailure]
) -> None:
    provider = videos.provider(name, retry_policy=QUICK)
    provider.count()
    videos.turn(name, mode=mode)
    with pytest.raises(kind):
        provider.playback("viany")


def test_a_slow_provider_ends_at_the_time_out(videos: VideoWorld, name: str) -> None:
    provider = videos.provider(name, retry_policy=QUICK)
    provider.count()
    videos.turn(name, mode="slow", slow_seconds=20)
    with pytest.raises(VideoUnreachable):
        provider.playback("viany")


def test_what_may_have_been_done_is_never_repeated_blindly(videos: VideoWorld, name: str) -> None:
    provider = videos.provider(name, retry_policy=QUICK)
    provider.count()
    videos.turn(name, mode="slow", slow_seconds=20)
    upload = planned(new_file())
    with pytest.raises(VideoUnreachable if name == "api_video" else VideoUncertain):
        provider.open(upload)
    videos.turn(name, mode="ok")
    assert provider.reopen(upload) is None


def test_too_many_calls_are_waited_for_no_longer_than_there_is_time(videos: VideoWorld, name: str) -> None:
    provider = videos.provider(name, retry_policy=QUICK)
    provider.count()
    videos.turn(name, **{"reads_per_minute" if name == "api_video" else "calls_per_minute": 1})
    with pytest.raises(VideoBusy) as busy:
        provider.count()
    assert busy.value.retry_after is not None
    assert 1 <= busy.value.retry_after <= 61


def test_a_wrong_key_is_a_lasting_refusal(videos: VideoWorld, name: str) -> None:
    videos.keyring = type(videos.keyring).generate()
    with pytest.raises(VideoRefused) as refused:
        videos.provider(name).count()
    assert refused.value.lasting


def test_a_failure_carries_neither_the_providers_text_nor_a_secret(videos: VideoWorld, name: str) -> None:
    provider = videos.provider(name, retry_policy=QUICK)
    file = new_file()
    target = provider.open(planned(file))
    videos.turn(name, mode="http_500")
    with pytest.raises(VideoFailure) as failure:
        provider.playback("viany")
    assert "Internal Server Error" not in str(failure.value)
    assert len(failure.value.provider_code) <= 40
    assert target.session_key not in repr(target)
    assert target.url not in repr(target)
