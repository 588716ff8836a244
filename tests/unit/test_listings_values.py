"""Addresses of videos, batches, words: values without input or output."""

from __future__ import annotations

import pytest

from auto360.core.errors import ValidationFailed
from auto360.domains.listings.queries import ViewerFingerprint
from auto360.domains.listings.synonyms import as_shown, code_of, in_latin
from auto360.domains.listings.video_links import VideoLinks, VideoLinkSettings
from auto360.domains.listings.write_buffer import Batch
from auto360.domains.videos.addresses import VideoAddresses

LINKS = VideoLinks(VideoLinkSettings().hosts, VideoAddresses("https://api.360auto.kg/api"))


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.api.video/vod/vi1aB_-2/hls/manifest.m3u8",
        "https://vod.api.video/vod/vi1aB_-2/mp4/source.mp4",
        "https://embed.api.video/vod/vi1aB_-2",
    ],
)
def test_an_address_names_its_video(url: str) -> None:
    video = LINKS.video(url=url, video_id=None)
    assert video is not None
    assert (video.id, video.url) == ("vi1aB_-2", url)
    assert video.thumbnail_url == "https://cdn.api.video/vod/vi1aB_-2/thumbnail.jpg"


def test_an_id_alone_gets_its_addresses() -> None:
    video = LINKS.video(url=None, video_id="vi1")
    assert video is not None
    assert video.url == "https://cdn.api.video/vod/vi1/hls/manifest.m3u8"
    assert LINKS.video(url=None, video_id=None) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.api.video/vod/vi1/x",
        "https://cdn.api.video.evil.example/vod/vi1/x",
        "https://evil.example/vod/vi1/x",
        "https://user@cdn.api.video/vod/vi1/x",
        "https://cdn.api.video:8443/vod/vi1/x",
        "https://cdn.api.video/vod/vi1/x?token=1",
        "https://cdn.api.video/live/vi1",
        "https://cdn.api.video/vod/vi%201/x",
        "javascript:alert(1)",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        LINKS.video(url=url, video_id=None)
    assert [problem.field for problem in refused.value.problems] == ["video_url"]


def test_an_address_and_an_id_of_two_videos_are_refused() -> None:
    with pytest.raises(ValidationFailed):
        LINKS.video(url="https://embed.api.video/vod/vi1", video_id="vi2")


def test_a_batch_waits_until_it_is_full_or_old() -> None:
    now = [0.0]
    batch = Batch(size=2, seconds=60, now=lambda: now[0])
    batch.add({"viewer": 1})
    batch.add({"viewer": 1})
    with batch.due() as items:
        assert items is None
    now[0] = 61
    with batch.due() as items:
        assert items == [{"viewer": 1}]
    batch.add({"viewer": 2})
    batch.add({"viewer": 3})
    with batch.due() as items:
        assert items == [{"viewer": 2}, {"viewer": 3}]
    with batch.due() as items:
        assert items is None


def test_what_could_not_be_written_waits_on_and_numbers_add_up() -> None:
    batch = Batch(size=1, seconds=60)
    batch.add({"term": "a", "searches": 1}, adds_up="searches")
    with pytest.raises(OSError, match="gone"), batch.due():
        raise OSError("gone")
    batch.add({"term": "a", "searches": 1}, adds_up="searches")
    with batch.due() as items:
        assert items == [{"term": "a", "searches": 2}]


def test_viewers_are_told_apart_by_user_or_device_with_a_key() -> None:
    viewers = ViewerFingerprint(b"k")
    device = {"address": "198.51.100.7", "user_agent": "okhttp/4"}
    marks = [
        viewers.mark(user_id="u", **device),
        viewers.mark(user_id=None, **device),
        viewers.mark(user_id=None, address="198.51.100.8", user_agent="okhttp/4"),
        ViewerFingerprint(b"other").mark(user_id="u", **device),
    ]
    assert len({mark["viewer"] for mark in marks}) == 4
    assert viewers.mark(user_id="u", **device) == viewers.mark(user_id="u", address="10.0.0.1", user_agent="")


def test_devices_of_one_network_are_one_viewer_and_differ_in_their_device_alone() -> None:
    viewers = ViewerFingerprint(b"k")

    def mark(address: str, agent: str = "a") -> tuple[str, int]:
        found = viewers.mark(user_id=None, address=address, user_agent=agent)
        return found["viewer"], found["device"]

    agents = {mark("198.51.100.7", f"phone {number}") for number in range(50)}
    assert len({viewer for viewer, _ in agents}) == 1
    assert len({device for _, device in agents}) > 5
    assert mark("2001:db8:1::1") == mark("2001:db8:1:ffff::2")
    assert mark("2001:db8:1::1") != mark("2001:db8:2::1")
    assert mark("::ffff:198.51.100.7") == mark("198.51.100.7")
    assert mark("unknown") != mark("198.51.100.7")


def test_words_of_the_app_are_codes_and_back() -> None:
    assert (code_of("gender", " Кобыла "), code_of("gender", "mare"), code_of("gender", 5)) == ("mare", "mare", 5)
    assert as_shown({"gender": "mare", "age": 5}) == {"gender": "Кобыла", "age": 5}
    assert as_shown({"age": 5}) == {"age": 5}
    assert in_latin("Тойота Хайландер") == "toyota haylander"
