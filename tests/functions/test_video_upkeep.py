"""Timer: states, expired upload sessions, deletions, strays; files of others stay untouched."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from auto360.container import videos
from tests.support.functions import load_handler
from tests.support.rows import rows
from tests.support.uploads import TUS_BUILD, NewUploader, Uploader
from tests.support.videos import new_file


def at_stray_minute(uploader: Uploader) -> dict[str, int]:
    """Return a run in the minute in which strays are looked for."""
    upkeep = videos.video_upkeep()
    upkeep.now = lambda: datetime.now(UTC).replace(minute=17)
    return upkeep.run(seconds=30)


def days_ago(days: float) -> float:
    return time.time() - days * 86_400


def test_yandex_tells_nobody_so_the_timer_asks(uploader: Uploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file, headers=TUS_BUILD)
    uploader.send(ticket, file)
    assert uploader.row(ticket["videoId"])["state"] == "awaiting_upload"
    uploader.later(ticket["videoId"], "0 s")
    assert load_handler("video_poller")({}, None)["videos_ready"] == 1
    assert uploader.row(ticket["videoId"])["state"] == "ready"
    [(state,)] = rows(uploader.database, "select state from upload_tickets where video_id = %s", ticket["videoId"])
    assert state == "used"


def test_a_video_is_asked_for_less_and_less_often(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", encode_seconds=600)
    video = uploader.uploaded(headers=TUS_BUILD)
    pauses = []
    for _ in range(9):
        uploader.later(video, "0 s")
        assert uploader.upkeep().get("videos_processing") == 1
        assert "videos_processing" not in uploader.upkeep()
        [(pause,)] = rows(
            uploader.database, "select extract(epoch from next_check_at - now())::int from videos where id = %s", video
        )
        pauses.append(pause)
    assert [round(pause, -1) for pause in pauses] == [20, 40, 80, 160, 320, 600, 600, 600, 600]


def test_an_encoding_that_hangs_has_failed_after_two_days(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", encode_seconds=600)
    video = uploader.uploaded(headers=TUS_BUILD)
    uploader.later(video, "49 hours")
    uploader.upkeep()
    row = uploader.row(video)
    assert (row["state"], row["failure_reason"]) == ("failed", "stuck")


def test_a_used_token_is_revoked_also_when_the_function_could_not(uploader: Uploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    uploader.done(ticket, uploader.send(ticket, file))
    token = ticket["uploadToken"]
    assert token not in uploader.videos.api_video.library.tokens
    uploader.upkeep()
    query = "select revoked_at is not null from upload_tickets where video_id = %s"
    assert rows(uploader.database, query, ticket["videoId"]) == [(True,)]


def test_a_ticket_for_which_nothing_came_ends_after_a_day(uploader: Uploader) -> None:
    ticket = uploader.ticket()
    uploader.later(ticket["videoId"], "2 hours")
    uploader.upkeep()
    assert uploader.row(ticket["videoId"])["state"] == "awaiting_upload"
    uploader.later(ticket["videoId"], "1 day")
    uploader.upkeep()
    assert uploader.row(ticket["videoId"])["state"] == "deleted"


def test_a_function_that_was_killed_after_asking_yandex_leaves_nothing_behind(uploader: Uploader) -> None:
    ticket = uploader.ticket(headers=TUS_BUILD)
    rows(
        uploader.database,
        """with t as (update upload_tickets set provider_ticket = null, created_at = created_at - interval '6 minutes'
             where video_id = %s)
           update videos set provider_video_id = null where id = %s returning id""",
        ticket["videoId"], ticket["videoId"],
    )  # fmt: skip
    assert uploader.upkeep()["tickets_abandoned"] >= 1
    assert uploader.videos.yandex.videos == {}
    assert uploader.row(ticket["videoId"])["state"] == "deleted"


def test_strays_are_deleted_when_they_are_a_day_old_and_nothing_else(uploader: Uploader) -> None:
    known = uploader.uploaded()
    rows(uploader.database, "update upload_tickets set created_at = created_at - interval '3 days' returning id")
    library = uploader.videos.api_video.library
    stray = library.seed(size=1000, title=f"{known}.mp4", made_at=days_ago(1.5)).id
    young = library.seed(size=1000, title=known, made_at=days_ago(0.5)).id
    before = library.seed(size=1000, title=known, made_at=days_ago(3.5)).id
    foreign = library.seed(size=1000, title="video.mp4", made_at=days_ago(1.5)).id
    of_no_row = library.seed(size=1000, title=str(uuid4()), made_at=days_ago(1.5)).id
    shown = library.seed(size=1000, title=known, made_at=days_ago(1.5)).id
    listing = uploader.posted(uploader.uploaded())
    rows(uploader.database, "update listings set video_id = %s where id = %s returning id", shown, listing)
    assert at_stray_minute(uploader)["strays_deleted"] == 1
    left = set(library.videos)
    assert stray not in left
    assert {young, before, foreign, of_no_row, shown, uploader.row(known)["provider_video_id"]} <= left


def test_a_stray_at_yandex_is_deleted_only_under_an_id_of_ours(uploader: Uploader) -> None:
    video = uploader.uploaded()
    ours, foreign = uploader.videos.seed("yandex", title=video), uploader.videos.seed("yandex", title="advertisement")
    for held in uploader.videos.yandex.videos.values():
        held.made_at = days_ago(1.5)
    at_stray_minute(uploader)
    assert ours not in uploader.videos.yandex.videos
    assert foreign in uploader.videos.yandex.videos


@pytest.mark.parametrize("name", ["video.mp4", "x", "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52.mp4"])
def test_an_upload_under_another_name_is_let_go_with_its_row(uploader: Uploader, name: str) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    sent = uploader.send(ticket, file, name=name)
    assert uploader.done(ticket, sent).status == 200
    uploader.delete(ticket["videoId"])
    assert uploader.upkeep()["copies_let_go"] == 1
    assert sent in uploader.videos.api_video.library.videos
    row = uploader.row(ticket["videoId"])
    assert (row["state"], row["provider_video_id"], row["ownership"]) == ("deleted", None, "claimed")


def test_an_upload_that_was_deleted_before_anybody_looked_at_it_is_proved_first(uploader: Uploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    sent = uploader.send(ticket, file)
    uploader.posted(sent)
    assert uploader.row(ticket["videoId"])["ownership"] == "claimed"
    uploader.delete(ticket["videoId"])
    uploader.upkeep()
    assert sent not in uploader.videos.api_video.library.videos
    assert uploader.row(ticket["videoId"])["ownership"] == "proved"


def test_a_file_that_another_listing_shows_stays(uploader: Uploader, new_uploader: NewUploader) -> None:
    video = uploader.uploaded()
    sent = uploader.row(video)["provider_video_id"]
    other = new_uploader()
    listing = other.posted(other.uploaded())
    rows(uploader.database, "update listings set video_id = %s where id = %s returning id", sent, listing)
    uploader.delete(video)
    assert uploader.upkeep()["copies_let_go"] == 1
    assert sent in uploader.videos.api_video.library.videos
    assert uploader.row(video)["state"] == "deleted"


def test_nothing_older_than_a_ticket_without_an_answer_is_deleted_for_it(uploader: Uploader) -> None:
    ticket = uploader.ticket()
    older = uploader.videos.api_video.library.seed(size=1000, title=ticket["videoId"], made_at=days_ago(1)).id
    rows(
        uploader.database,
        """update upload_tickets set provider_ticket = null, created_at = created_at - interval '6 minutes'
           where video_id = %s returning id""",
        ticket["videoId"],
    )
    assert uploader.upkeep()["tickets_abandoned"] >= 1
    assert older in uploader.videos.api_video.library.videos


def test_strays_are_looked_for_once_an_hour(uploader: Uploader) -> None:
    upkeep = videos.video_upkeep()
    upkeep.now = lambda: datetime.now(UTC).replace(minute=16)
    before = uploader.videos.api_video.requests.get("read", 0)
    upkeep.run(seconds=30)
    assert uploader.videos.api_video.requests.get("read", 0) == before


def test_an_upload_that_nobody_told_of_finds_its_ticket(uploader: Uploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    uploader.send(ticket, file)
    [made] = uploader.videos.api_video.library.videos.values()
    made.title = ticket["fileName"]
    assert at_stray_minute(uploader)["uploads_found"] == 1
    assert uploader.row(ticket["videoId"])["state"] == "ready"


def test_a_provider_that_is_down_is_left_for_the_next_run(uploader: Uploader) -> None:
    video = uploader.uploaded()
    uploader.delete(video)
    provider_id = uploader.row(video)["provider_video_id"]
    upkeep = videos.video_upkeep()
    for provider in upkeep.providers.by_name.values():
        provider._exchange.__dict__["retry_policy"] = type(provider._exchange.retry_policy)(0.5, 0.3, 2, 0.01)  # type: ignore[attr-defined]
    uploader.videos.turn("api_video", mode="dead")
    assert upkeep.run(seconds=30)["provider_failures"] >= 1
    assert uploader.row(video)["deleted_at"] is None
    uploader.videos.turn("api_video", mode="ok")
    rows(uploader.database, "update videos set next_check_at = now() where id = %s returning id", video)
    assert uploader.upkeep()["videos_deleted"] >= 1
    assert provider_id not in uploader.videos.api_video.library.videos


def test_both_copies_of_a_deleted_video_go(uploader: Uploader) -> None:
    video = uploader.uploaded()
    source = uploader.row(video)["provider_video_id"]
    target = uploader.videos.seed("yandex", title=video)
    rows(
        uploader.database,
        """update videos set provider = 'yandex', provider_video_id = %s, fallback_provider = 'api_video',
             fallback_video_id = %s, fallback_until = now() + interval '9 days' where id = %s returning id""",
        target, source, video,
    )  # fmt: skip
    uploader.delete(video)
    uploader.upkeep()
    assert source not in uploader.videos.api_video.library.videos
    assert target not in uploader.videos.yandex.videos


def test_a_run_ends_in_time(uploader: Uploader) -> None:
    upkeep = videos.video_upkeep()
    clock = iter([0.0, *([100.0] * 50)])
    upkeep.monotonic = lambda: next(clock)
    assert "videos_deleted" not in upkeep.run(seconds=1)


def test_a_change_of_the_domain_reaches_every_listing(uploader: Uploader) -> None:
    listing = uploader.posted(uploader.uploaded(headers=TUS_BUILD))
    uploader.functions.set(PUBLIC_API_URL="https://new.360auto.test/api")
    while uploader.upkeep()["listings_readdressed"]:
        pass
    shown = uploader.shown(listing)
    assert shown["video_url"].startswith("https://new.360auto.test/api/video/")
    assert shown["thumbnail_url"].startswith("https://new.360auto.test/api/video/")


def test_a_video_of_the_time_before_is_asked_for_once(uploader: Uploader) -> None:
    video = uploader.uploaded()
    listing = uploader.posted(video)
    rows(
        uploader.database,
        """update videos set checks = 0, next_check_at = now(), lasting_hls_url = null, bytes = null
           where id = %s returning id""",
        video,
    )
    for _ in range(20):
        uploader.upkeep()
    assert uploader.row(video)["lasting_hls_url"]
    assert uploader.row(video)["checks"] == 1
    uploader.assert_plays(listing)
