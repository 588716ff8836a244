"""Playback of a video in every state; permissions to see and remove it."""

import pytest

from auto360.providers.video import ProviderVideoNotReady, VideoUnknown
from auto360.providers.video.hls import require_playable
from tests.support.functions import http_event
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, anonymous, car
from tests.support.uploads import API, TUS_BUILD, VIDEO, NewUploader, Uploader
from tests.support.videos import new_file

HOSTS = pytest.mark.parametrize("headers", [{}, TUS_BUILD], ids=["api_video", "yandex"])


def at_provider(uploader: Uploader, video: str) -> None:
    """Lose the video at its provider."""
    row = uploader.row(video)
    side = uploader.videos.api_video.library.videos if row["provider"] == "api_video" else uploader.videos.yandex.videos
    del side[row["provider_video_id"]]


def moved(uploader: Uploader, video: str) -> None:
    """Play the video from Yandex, with api.video's copy kept, as the migrator leaves it."""
    target = uploader.videos.seed("yandex", title=video)
    rows(
        uploader.database,
        """with v as (update videos set provider = 'yandex', provider_video_id = %s, fallback_provider = 'api_video',
             fallback_video_id = provider_video_id, fallback_until = now() + interval '90 days' where id = %s
             returning *)
           select private.show_video(v, %s) from v""",
        target, video, API,
    )  # fmt: skip


def replicated(uploader: Uploader, video: str) -> None:
    """VK Cloud has a copy."""
    rows(
        uploader.database,
        "update videos set replica_key = 'videos/a.mp4', replicated_at = now() where id = %s returning id",
        video,
    )


@HOSTS
def test_a_ready_video_tells_where_it_plays(uploader: Uploader, headers: dict[str, str]) -> None:
    video = uploader.uploaded(headers=headers)
    body = uploader.read(video).body
    assert (body["status"], body["isMine"], body["data"]["videoId"]) == ("ready", True, video)
    require_playable(uploader.videos.http, body["hlsUrl"])
    assert body["duration"] == pytest.approx(12.4, abs=0.5)


@HOSTS
def test_a_listing_plays_from_its_first_moment(uploader: Uploader, headers: dict[str, str]) -> None:
    listing = uploader.posted(uploader.uploaded(headers=headers))
    shown = uploader.shown(listing)
    assert shown["video_status"] == "ready"
    assert bool(shown["video_id"]) == (headers == {})
    assert shown["thumbnail_url"]
    uploader.assert_plays(listing)


def test_an_id_of_yandex_is_never_in_video_id(uploader: Uploader) -> None:
    video = uploader.uploaded(headers=TUS_BUILD)
    shown = uploader.shown(uploader.posted(video))
    assert (shown["video_id"], shown["video_provider"]) == (None, "yandex")
    assert shown["video_url"] == shown["video_player_url"] == f"{API}/video/{video}/manifest.m3u8"
    assert shown["thumbnail_url"] == shown["video_thumbnail_url"] == f"{API}/video/{video}/thumbnail.jpg"
    picture = uploader.videos.http.get(uploader.location(shown["thumbnail_url"]))
    assert picture.headers["Content-Type"] == "image/jpeg"


def test_addresses_of_yandex_are_asked_for_at_each_playback_and_kept_by_nobody(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", manifest_seconds=0)
    shown = uploader.shown(uploader.posted(uploader.uploaded(headers=TUS_BUILD)))
    ended = uploader.location(shown["video_url"])
    with pytest.raises(Exception, match="http_403"):
        require_playable(uploader.videos.http, ended)
    uploader.videos.turn("yandex", manifest_seconds=300)
    require_playable(uploader.videos.http, uploader.location(shown["video_url"]))
    path = shown["video_url"].removeprefix(API)
    answer = uploader.functions.raw("video", http_event("GET", f"/api{path}"))
    assert answer.headers["Cache-Control"] == "no-store"


def test_while_a_new_video_is_made_the_listing_plays_the_old_one(uploader: Uploader) -> None:
    for headers in ({}, TUS_BUILD):
        listing = uploader.posted(uploader.uploaded())
        before = uploader.shown(listing)
        for name in ("api_video", "yandex"):
            uploader.videos.turn(name, encode_seconds=600)
        new = uploader.uploaded(headers=headers)
        change = {"video_id": new} if headers else {"video_url": f"{API}/video/{new}/manifest.m3u8"}
        answer = uploader.seller.call("PUT", f"{LISTINGS}/{listing}", change)
        assert answer.status == 200, answer.body
        assert uploader.row(new)["next_listing_id"] == listing
        assert uploader.shown(listing)["video_url"] == before["video_url"]
        uploader.assert_plays(listing)
        require_playable(uploader.videos.http, uploader.location(f"{API}/video/{new}/manifest.m3u8"))
        for name in ("api_video", "yandex"):
            uploader.videos.turn(name, encode_seconds=0)
        hasten(uploader)
        uploader.later(new, "0 s")
        uploader.upkeep()
        assert uploader.row(new)["listing_id"] == listing
        assert uploader.shown(listing)["video_url"] != before["video_url"]
        uploader.assert_plays(listing)


def hasten(uploader: Uploader) -> None:
    """Finish all encodings."""
    for video in uploader.videos.api_video.library.videos.values():
        video.encoded_at = 0.0 if video.body else None
    for held in uploader.videos.yandex.videos.values():
        held.encoded_at = 0.0 if held.body else None


def test_the_same_through_the_existing_apps_form(uploader: Uploader) -> None:
    first, second = new_file(), new_file()
    uploader.videos.turn("api_video", encode_seconds=600)
    sent = uploader.send(uploader.ticket(first), first)
    address = f"https://cdn.api.video/vod/{sent}/hls/manifest.m3u8"
    body = car(video_url=address)
    posted = uploader.functions.raw("listings", http_event("POST", LISTINGS, body, token=uploader.seller.token))
    listing = posted.body["data"]["id"]
    assert (posted.body["data"]["video_id"], posted.body["data"]["video_status"]) == (sent, "processing")
    hasten(uploader)
    uploader.upkeep()
    assert uploader.shown(listing)["video_status"] == "ready"
    uploader.assert_plays(listing)
    again = uploader.send(uploader.ticket(second, title="second"), second)
    change = {"video_url": address.replace(sent, again)}
    uploader.functions.raw("listings", http_event("PUT", f"{LISTINGS}/{listing}", change, token=uploader.seller.token))
    assert uploader.shown(listing)["video_id"] == sent
    uploader.assert_plays(listing)
    hasten(uploader)
    uploader.upkeep()
    assert uploader.shown(listing)["video_id"] == again
    uploader.assert_plays(listing)


def test_a_new_video_that_fails_leaves_the_old_one(uploader: Uploader) -> None:
    listing = uploader.posted(uploader.uploaded())
    ticket, damaged = uploader.ticket(fileSize=50, listingId=listing), new_file(size=50)
    assert uploader.done(ticket, uploader.send(ticket, damaged)).body["data"]["state"] == "failed"
    uploader.assert_plays(listing)
    assert uploader.shown(listing)["video_status"] == "ready"


def test_a_video_that_moved_plays_before_and_after(uploader: Uploader) -> None:
    video = uploader.uploaded()
    listing = uploader.posted(video)
    uploader.assert_plays(listing)
    moved(uploader, video)
    assert uploader.shown(listing)["video_id"] is None
    uploader.assert_plays(listing)


def test_when_yandex_loses_it_api_video_plays(uploader: Uploader) -> None:
    video = uploader.uploaded()
    listing = uploader.posted(video)
    moved(uploader, video)
    at_provider(uploader, video)
    uploader.assert_plays(listing)
    assert uploader.row(video)["gone_at"]
    uploader.assert_plays(listing)


@pytest.mark.parametrize("mode", ["dead", "http_500"])
def test_when_yandex_is_silent_api_video_plays(uploader: Uploader, mode: str) -> None:
    video = uploader.uploaded()
    listing = uploader.posted(video)
    moved(uploader, video)
    uploader.videos.turn("yandex", mode=mode)
    uploader.assert_plays(listing)
    assert uploader.row(video)["gone_at"] is None


@HOSTS
def test_when_no_provider_has_it_the_replica_plays(uploader: Uploader, headers: dict[str, str]) -> None:
    video = uploader.uploaded(headers=headers)
    listing = uploader.posted(video)
    replicated(uploader, video)
    at_provider(uploader, video)
    link = uploader.location(f"{API}/video/{video}/manifest.m3u8")
    assert "videos/a.mp4" in link
    assert "X-Amz-Signature" in link
    shown = uploader.shown(listing)
    assert (shown["video_id"], shown["video_status"]) == (None, "ready")
    assert shown["video_url"] == f"{API}/video/{video}/video.mp4"
    assert "videos/a.mp4" in uploader.location(shown["video_url"])


@HOSTS
def test_a_video_is_to_be_had_as_one_file(uploader: Uploader, headers: dict[str, str]) -> None:
    video = uploader.uploaded(headers=headers)
    file = uploader.videos.http.get(uploader.location(f"{API}/video/{video}/video.mp4"))
    assert len(file.content) == uploader.row(video)["bytes"]
    uploader.delete(video)
    assert uploader.call("video", "GET", f"/{video}/video.mp4").status == 404


def test_a_silent_provider_is_asked_after_the_others_for_a_while(uploader: Uploader) -> None:
    video = uploader.uploaded()
    moved(uploader, video)
    uploader.videos.turn("yandex", mode="http_500")
    address = f"{API}/video/{video}/manifest.m3u8"
    assert "/api_video/" in uploader.location(address)
    asked = uploader.videos.yandex.requests["manifests"]
    for _ in range(5):
        assert "/api_video/" in uploader.location(address)
    assert uploader.videos.yandex.requests["manifests"] == asked


def test_an_api_video_that_does_not_answer_is_trusted_to_play(uploader: Uploader) -> None:
    video = uploader.uploaded()
    uploader.videos.turn("api_video", mode="http_500")
    lasting = uploader.location(f"{API}/video/{video}/manifest.m3u8")
    uploader.videos.turn("api_video", mode="ok")
    require_playable(uploader.videos.http, lasting)


def test_a_video_that_is_being_made_says_so(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", encode_seconds=600)
    video = uploader.uploaded(headers=TUS_BUILD)
    assert uploader.read(video).body["status"] == "processing"
    answer = uploader.call("video", "GET", f"/{video}/manifest.m3u8")
    assert (answer.status, answer.code) == (409, "video_not_ready")


def test_who_looks_at_a_video_learns_at_once_that_it_is_ready(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", encode_seconds=600)
    first, second = (uploader.uploaded(headers={**TUS_BUILD, "Idempotency-Key": key}) for key in "ab")
    hasten(uploader)
    assert uploader.read(first).body["status"] == "ready"
    require_playable(uploader.videos.http, uploader.location(f"{API}/video/{second}/manifest.m3u8"))


def test_a_video_that_its_provider_lost_while_making_it_has_failed(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", encode_seconds=600)
    video = uploader.uploaded(headers=TUS_BUILD)
    at_provider(uploader, video)
    assert uploader.read(video).body["failure"] == "gone"
    assert uploader.call("video", "GET", f"/{video}/manifest.m3u8").status == 404


def test_a_provider_is_asked_once_in_some_seconds_however_many_look(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", encode_seconds=600)
    video = uploader.uploaded(headers=TUS_BUILD)
    asked = uploader.videos.yandex.requests.get("batch_get", 0)
    for _ in range(5):
        assert uploader.read(video).body["status"] == "processing"
    assert uploader.videos.yandex.requests["batch_get"] == asked + 1


def test_a_listing_posted_later_shows_the_providers_own_address(uploader: Uploader) -> None:
    video = uploader.uploaded()
    shown = uploader.shown(uploader.posted(video))
    assert shown["video_url"].startswith(f"{uploader.videos.url}/api_video/vod/")
    assert shown["thumbnail_url"].startswith(f"{uploader.videos.url}/api_video/vod/")


def test_a_video_without_a_listing_is_its_owners_alone(uploader: Uploader, new_uploader: NewUploader) -> None:
    video = uploader.uploaded()
    provider_id = uploader.row(video)["provider_video_id"]
    for name in (video, provider_id):
        assert new_uploader().read(name).status == 404
        assert anonymous_read(uploader, name) == 404
        assert uploader.read(name).status == 200
    listing = uploader.posted(video)
    assert anonymous_read(uploader, video) == 200
    rows(uploader.database, "update listings set is_hidden = true where id = %s returning id", listing)
    assert anonymous_read(uploader, video) == 404


def anonymous_read(uploader: Uploader, name: str) -> int:
    return uploader.functions.raw("video", http_event("GET", f"{VIDEO}/{name}")).status


@HOSTS
def test_only_its_owner_removes_a_video(uploader: Uploader, new_uploader: NewUploader, headers: dict[str, str]) -> None:
    video = uploader.uploaded(headers=headers)
    stranger = new_uploader()
    assert stranger.delete(video).status == 404
    listing = uploader.posted(video)
    assert stranger.delete(video).status == 403
    assert uploader.call("video", "DELETE", f"/{video}", token=None).status == 401
    uploader.assert_plays(listing)
    assert uploader.delete(video).status == 200
    assert uploader.delete(video).status == 200
    shown = uploader.shown(listing)
    assert (shown["video_id"], shown["video_url"], shown["video_status"]) == (None, None, "none")
    assert uploader.call("video", "GET", f"/{video}/manifest.m3u8").status == 404
    uploader.upkeep()
    provider = uploader.videos.provider("yandex" if headers else "api_video")
    with pytest.raises((VideoUnknown, ProviderVideoNotReady)):
        provider.playback(uploader.row(video)["provider_video_id"])
    assert uploader.row(video)["state"] == "deleted"


def test_somebody_elses_video_cannot_be_shown_in_ones_own_listing(
    uploader: Uploader, new_uploader: NewUploader
) -> None:
    video = uploader.uploaded()
    theirs = uploader.row(video)["provider_video_id"]
    thief = new_uploader()
    thief.ticket()
    for field, value in (
        ("video_id", video),
        ("video_id", theirs),
        ("video_url", f"https://cdn.api.video/vod/{theirs}/hls/manifest.m3u8"),
        ("video_url", f"{API}/video/{video}/manifest.m3u8"),
    ):
        body = car(video_url=...) | {field: value}
        answer = uploader.functions.raw("listings", http_event("POST", LISTINGS, body, token=thief.seller.token))
        assert (answer.status, answer.code) == (409, "video_unavailable"), field


def test_a_video_that_only_a_listing_of_the_time_before_knows_cannot_be_taken(
    uploader: Uploader, new_uploader: NewUploader
) -> None:
    old = uploader.videos.seed("api_video")
    address = f"https://cdn.api.video/vod/{old}/hls/manifest.m3u8"
    listing = uploader.posted(uploader.uploaded())
    rows(
        uploader.database,
        "update listings set video_id = null, video_url = %s where id = %s returning id",
        address, listing,
    )  # fmt: skip
    thief = new_uploader()
    thief.ticket()
    body = car(video_url=address)
    answer = uploader.functions.raw("listings", http_event("POST", LISTINGS, body, token=thief.seller.token))
    assert (answer.status, answer.code) == (409, "video_unavailable")


def test_a_listing_without_a_ticket_for_its_video_is_refused(uploader: Uploader) -> None:
    answer = uploader.functions.raw("listings", http_event("POST", LISTINGS, car(), token=uploader.seller.token))
    assert (answer.status, answer.code) == (409, "video_unavailable")


def test_the_feed_shows_the_same_addresses(uploader: Uploader) -> None:
    video = uploader.uploaded(headers=TUS_BUILD)
    listing = uploader.posted(video)
    page = anonymous(uploader.functions, f"{LISTINGS}", query={"seller": uploader.seller.id}).body["data"]["listings"]
    [shown] = [item for item in page if item["id"] == listing]
    require_playable(uploader.videos.http, uploader.location(shown["video_url"]))


def test_the_feed_has_a_preview_where_the_provider_has_a_file(uploader: Uploader) -> None:
    video = uploader.uploaded()
    listing = uploader.posted(video)
    preview = uploader.shown(listing)["video_preview_url"]
    file, _, seconds = preview.partition("#")
    assert (file.endswith("/mp4/source.mp4"), seconds) == (True, "t=0,6")
    first = uploader.videos.http.get(file, headers={"Range": "bytes=0-999"})
    assert (first.status_code, len(first.content), first.headers["Content-Type"]) == (206, 1000, "video/mp4")
    page = anonymous(uploader.functions, LISTINGS, query={"seller": uploader.seller.id}).body["data"]["listings"]
    assert [item["video_preview_url"] for item in page if item["id"] == listing] == [preview]
    moved(uploader, video)
    shown = uploader.shown(listing)
    assert (shown["video_preview_url"], bool(shown["thumbnail_url"])) == (None, True)


def test_a_preview_waits_for_its_file_and_goes_with_its_video(uploader: Uploader) -> None:
    video = uploader.uploaded()
    listing = uploader.posted(video)
    rows(uploader.database, "update videos set lasting_file_url = null where id = %s returning id", video)
    assert uploader.shown(listing)["video_preview_url"] is None
    file = "https://vod.api.video/vod/vi1/mp4/source.mp4"
    rows(uploader.database, "update videos set lasting_file_url = %s where id = %s returning id", file, video)
    assert uploader.shown(listing)["video_preview_url"] == f"{file}#t=0,6"
    rows(
        uploader.database,
        "update listings set video_preview_url = 'https://example.com/x' where id = %s returning id",
        listing,
    )
    assert uploader.shown(listing)["video_preview_url"] == f"{file}#t=0,6"
    uploader.delete(video)
    assert uploader.shown(listing)["video_preview_url"] is None


def test_yandex_has_a_picture_and_no_preview(uploader: Uploader) -> None:
    shown = uploader.shown(uploader.posted(uploader.uploaded(headers=TUS_BUILD)))
    assert (shown["video_preview_url"], shown["thumbnail_url"].endswith("/thumbnail.jpg")) == (None, True)
