"""What every video supplier promises, on the simulator of each."""

from uuid import uuid4

import pytest

from auto360.providers.video import (
    PlannedUpload,
    SupplierVideo,
    VideoBusy,
    VideoFailure,
    VideoRefused,
    VideoUncertain,
    VideoUnknown,
    VideoUnreachable,
)
from auto360.providers.video.hls import require_playable
from auto360.providers.video.http import RetryPolicy
from tests.support.videos import VideoWorld, new_file, planned

SUPPLIERS = ("api_video", "yandex")
QUICK = RetryPolicy(total_seconds=1.0, call_seconds=0.5, tries=2, first_wait_seconds=0.01)
pytestmark = pytest.mark.parametrize("name", SUPPLIERS)


def uploaded(videos: VideoWorld, name: str, *, seconds: float = 12.4) -> tuple[SupplierVideo, PlannedUpload]:
    file = new_file(seconds=seconds)
    upload = planned(file)
    video_id = videos.send(videos.supplier(name).open(upload), file)
    return videos.ready(name, video_id), upload


def test_an_uploaded_video_becomes_ready_with_its_size_and_duration(videos: VideoWorld, name: str) -> None:
    video, upload = uploaded(videos, name)
    assert video.bytes == upload.bytes
    assert video.duration_seconds is not None
    assert abs(video.duration_seconds - 12.4) < 1
    assert video.created_at is not None


def test_a_ready_video_really_plays(videos: VideoWorld, name: str) -> None:
    video, _ = uploaded(videos, name)
    supplier = videos.supplier(name)
    require_playable(videos.http, supplier.playback(video.video_id).hls_url)
    thumbnail = supplier.thumbnail(video.video_id)
    assert thumbnail
    assert videos.http.get(thumbnail).content[:2] == b"\xff\xd8"


def test_a_video_that_is_being_made_is_on_its_way(videos: VideoWorld, name: str) -> None:
    videos.turn(name, encode_seconds=60)
    file = new_file()
    supplier = videos.supplier(name)
    video_id = videos.send(supplier.open(planned(file)), file)
    assert supplier.find([video_id])[video_id].state == "processing"


def test_a_damaged_file_is_a_failed_video(videos: VideoWorld, name: str) -> None:
    file = new_file(size=50)
    supplier = videos.supplier(name)
    video_id = videos.send(supplier.open(planned(file)), file)
    assert supplier.find([video_id])[video_id].state == "failed"


def test_the_file_can_be_read_again(videos: VideoWorld, name: str) -> None:
    video, upload = uploaded(videos, name)
    download = videos.supplier(name).download(video.video_id)
    answer = videos.http.get(download.url, headers={**download.headers, "Range": "bytes=10-19"})
    assert (answer.status_code, len(answer.content)) == (206, 10)
    assert answer.headers["Content-Range"] == f"bytes 10-19/{upload.bytes}"
    assert answer.headers["ETag"]


def test_a_deleted_video_is_gone_and_deleting_it_again_is_no_failure(videos: VideoWorld, name: str) -> None:
    video, _ = uploaded(videos, name)
    supplier = videos.supplier(name)
    supplier.delete(video.video_id)
    supplier.delete(video.video_id)
    assert supplier.find([video.video_id]) == {}
    with pytest.raises(VideoUnknown):
        supplier.playback(video.video_id)


def test_a_gone_video_among_others_hides_none_of_them(videos: VideoWorld, name: str) -> None:
    first, second = uploaded(videos, name)[0], uploaded(videos, name)[0]
    found = videos.supplier(name).find([first.video_id, "vigone", second.video_id])
    assert set(found) == {first.video_id, second.video_id}


def test_all_videos_are_told_page_by_page_none_twice(videos: VideoWorld, name: str) -> None:
    made = {videos.seed(name) for _ in range(230)}
    supplier = videos.supplier(name)
    newest = [video.video_id for video in supplier.videos(newest_first=True)]
    oldest = [video.video_id for video in supplier.videos(newest_first=False)]
    assert len(newest) == len(made) == supplier.count()
    assert set(newest) == made
    assert set(oldest) == made


def test_a_video_is_found_by_its_exact_title(videos: VideoWorld, name: str) -> None:
    title = str(uuid4())
    wanted = videos.seed(name, title=title)
    videos.seed(name, title=f"{title} and more")
    assert [video.video_id for video in videos.supplier(name).with_title(title)] == [wanted]


def test_single_failures_are_waited_out(videos: VideoWorld, name: str) -> None:
    video, _ = uploaded(videos, name)
    videos.turn(name, fail_percent=30)
    supplier = videos.supplier(name)
    for _ in range(20):
        assert supplier.find([video.video_id])[video.video_id].state == "ready"


@pytest.mark.parametrize(("mode", "kind"), [("dead", VideoUnreachable), ("http_500", VideoUnreachable)])
def test_a_broken_supplier_is_a_failure_of_the_right_kind(
    videos: VideoWorld, name: str, mode: str, kind: type[VideoFailure]
) -> None:
    supplier = videos.supplier(name, patience=QUICK)
    supplier.count()
    videos.turn(name, mode=mode)
    with pytest.raises(kind):
        supplier.playback("viany")


def test_a_slow_supplier_ends_at_the_time_out(videos: VideoWorld, name: str) -> None:
    supplier = videos.supplier(name, patience=QUICK)
    supplier.count()
    videos.turn(name, mode="slow", slow_seconds=20)
    with pytest.raises(VideoUnreachable):
        supplier.playback("viany")


def test_what_may_have_been_done_is_never_repeated_blindly(videos: VideoWorld, name: str) -> None:
    supplier = videos.supplier(name, patience=QUICK)
    supplier.count()
    videos.turn(name, mode="slow", slow_seconds=20)
    upload = planned(new_file())
    with pytest.raises(VideoUnreachable if name == "api_video" else VideoUncertain):
        supplier.open(upload)
    videos.turn(name, mode="ok")
    assert supplier.reopen(upload) is None


def test_too_many_calls_are_waited_for_no_longer_than_there_is_time(videos: VideoWorld, name: str) -> None:
    supplier = videos.supplier(name, patience=QUICK)
    supplier.count()
    videos.turn(name, **{"reads_per_minute" if name == "api_video" else "calls_per_minute": 1})
    with pytest.raises(VideoBusy) as busy:
        supplier.count()
    assert busy.value.retry_after is not None
    assert 1 <= busy.value.retry_after <= 61


def test_a_wrong_key_is_a_lasting_refusal(videos: VideoWorld, name: str) -> None:
    videos.keyring = type(videos.keyring).generate()
    with pytest.raises(VideoRefused) as refused:
        videos.supplier(name).count()
    assert refused.value.lasting


def test_a_failure_carries_neither_the_suppliers_text_nor_a_secret(videos: VideoWorld, name: str) -> None:
    supplier = videos.supplier(name, patience=QUICK)
    file = new_file()
    target = supplier.open(planned(file))
    videos.turn(name, mode="http_500")
    with pytest.raises(VideoFailure) as failure:
        supplier.playback("viany")
    assert "Internal Server Error" not in str(failure.value)
    assert len(failure.value.supplier_code) <= 40
    assert target.ticket not in repr(target)
    assert target.url not in repr(target)
