"""POST /api/video/create and …/uploaded: who may upload what, once, and for how long."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from auto360.container import videos
from auto360.container.tokens import access_tokens
from auto360.domains.videos.uploads import WantedUpload
from tests.support.functions import Functions, http_event
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, car
from tests.support.uploads import TUS_BUILD, NewUploader, Uploader
from tests.support.videos import new_file, whole

HOSTS = pytest.mark.parametrize("headers", [{}, TUS_BUILD], ids=["api_video", "yandex"])


def tokens_at_api_video(uploader: Uploader) -> set[str]:
    return set(uploader.videos.api_video.library.tokens)


def test_the_existing_app_finds_its_upload_token_at_the_top_level(uploader: Uploader) -> None:
    body = uploader.create({"title": "Toyota", "description": "…", "tags": ["car"]}).body
    assert body["success"] is True
    assert body["uploadToken"] in tokens_at_api_video(uploader)
    assert body["uploadToken"] in body["uploadUrl"]
    assert body["data"]["uploadToken"] == body["uploadToken"]


def test_a_build_that_knows_tus_gets_an_address_for_one_file_of_that_size(uploader: Uploader) -> None:
    file = new_file()
    body = uploader.ticket(file, headers=TUS_BUILD)
    assert (body["provider"], body["protocol"], body["uploadToken"]) == ("yandex", "tus", None)
    head = uploader.videos.http.head(body["uploadUrl"], headers={"Tus-Resumable": "1.0.0"})
    assert head.headers["Upload-Length"] == str(file.size)
    made = next(iter(uploader.videos.yandex.videos.values()))
    assert (made.title, made.enable_ad, made.description) == (body["videoId"], False, "Камри")


def test_without_a_declared_size_an_upload_goes_to_api_video(uploader: Uploader) -> None:
    body = uploader.create({"title": "x"}, headers=TUS_BUILD).body
    assert (body["provider"], body["fileSize"]) == ("api_video", 104_857_600)


def test_nobody_uploads_without_a_session(uploader: Uploader) -> None:
    answer = uploader.create(token=None)
    assert (answer.status, answer.code) == (401, "authentication_required")
    assert tokens_at_api_video(uploader) == set()


def test_twenty_tickets_an_hour(uploader: Uploader) -> None:
    statuses = [uploader.create({"title": f"video {number}"}).status for number in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"fileSize": 104_857_601}, 413, "upload_too_large"),
        ({"duration": 181}, 413, "upload_too_large"),
        ({"contentType": "image/png"}, 422, "validation_failed"),
        ({"fileSize": 0}, 422, "validation_failed"),
        ({"fileSize": "12"}, 422, "validation_failed"),
        ({"provider": "yandex"}, 422, "validation_failed"),
    ],
)
def test_what_is_declared_is_checked(uploader: Uploader, fields: dict[str, object], status: int, code: str) -> None:
    answer = uploader.create({"title": "x", **fields})
    assert (answer.status, answer.code) == (status, code)
    assert tokens_at_api_video(uploader) == set()


def test_every_ticket_ends(uploader: Uploader) -> None:
    uploader.ticket()
    [token] = uploader.videos.api_video.library.tokens.values()
    assert token.ttl == 3600


@HOSTS
def test_the_same_request_gets_the_same_ticket(uploader: Uploader, headers: dict[str, str]) -> None:
    first, second = uploader.ticket(headers=headers), uploader.ticket(headers=headers)
    assert first == second
    keyed = uploader.ticket(headers={**headers, "Idempotency-Key": "k1"})
    assert keyed["videoId"] != first["videoId"]
    assert uploader.ticket(headers={**headers, "Idempotency-Key": "k1"}) == keyed
    other = uploader.create({"title": "another", "fileSize": 300_000}, headers={**headers, "Idempotency-Key": "k1"})
    assert (other.status, other.code) == (409, "idempotency_key_reused")


@HOSTS
def test_parallel_repetitions_leave_one_upload_at_the_provider(uploader: Uploader, headers: dict[str, str]) -> None:
    principal = access_tokens().check(uploader.seller.token)
    tickets, build = videos.upload_sessions(), 240 if headers else None

    def ask(_: int) -> str:
        return tickets.open(principal, WantedUpload("x", 9), key="same", build=build).target.url

    with ThreadPoolExecutor(4) as pool:
        urls = list(pool.map(ask, range(4)))
    assert len(set(urls)) == 1
    assert len(uploader.videos.yandex.videos) + len(tokens_at_api_video(uploader)) == 1


def test_a_full_or_silent_yandex_means_a_ticket_of_api_video(uploader: Uploader) -> None:
    uploader.videos.turn("yandex", quota=0)
    first = uploader.ticket(headers=TUS_BUILD)
    assert (first["provider"], bool(first["uploadToken"])) == ("api_video", True)
    assert uploader.ticket(headers=TUS_BUILD) == first


def test_an_answer_that_was_lost_is_found_again(
    uploader: Uploader, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    yandex, headers = uploader.videos.yandex, {**TUS_BUILD, "Idempotency-Key": "k"}
    monkeypatch.setattr(yandex.faults.dice, "choice", lambda ways: "answer_lost")
    uploader.videos.turn("yandex", fail_percent=100)
    answer = uploader.create({"title": "x", "fileSize": 9}, headers=headers)
    assert (answer.status, answer.code) == (503, "video_service_unavailable")
    [made] = yandex.videos.values()
    uploader.videos.turn("yandex", fail_percent=0)
    again = uploader.create({"title": "x", "fileSize": 9}, headers=headers).body
    assert again["uploadUrl"] == made.upload_url
    assert len(yandex.videos) == 1


@HOSTS
def test_a_completed_upload_is_ready_and_its_ticket_is_gone(uploader: Uploader, headers: dict[str, str]) -> None:
    file = new_file()
    ticket = uploader.ticket(file, headers=headers)
    sent = uploader.send(ticket, file)
    answer = uploader.done(ticket, sent)
    assert answer.body["data"] == {"id": ticket["videoId"], "state": "ready"}
    assert tokens_at_api_video(uploader) == set()
    assert uploader.done(ticket, sent).status == 200
    row = uploader.row(ticket["videoId"])
    assert (row["bytes"], row["state"], round(row["duration_seconds"])) == (file.size, "ready", 12)


def test_an_upload_larger_than_declared_is_refused_and_removed(uploader: Uploader) -> None:
    ticket = uploader.ticket(fileSize=100_000)
    sent = uploader.send(ticket, new_file(size=100_001))
    answer = uploader.done(ticket, sent)
    assert (answer.status, answer.code) == (413, "upload_too_large")
    assert uploader.videos.api_video.library.videos == {}
    assert tokens_at_api_video(uploader) == set()
    assert uploader.read(ticket["videoId"]).body["failure"] == "larger_than_declared"


def test_yandex_takes_not_one_byte_more_than_declared(uploader: Uploader) -> None:
    ticket = uploader.ticket(fileSize=100_000, headers=TUS_BUILD)
    with pytest.raises(httpx.HTTPStatusError, match="413"):
        uploader.send(ticket, new_file(size=100_001))


@HOSTS
def test_an_upload_longer_than_declared_is_refused(uploader: Uploader, headers: dict[str, str]) -> None:
    file = new_file(seconds=60)
    ticket = uploader.ticket(file, duration=20, headers=headers)
    answer = uploader.done(ticket, uploader.send(ticket, file))
    assert (answer.status, answer.code) == (413, "upload_too_large")
    assert uploader.read(ticket["videoId"]).body["failure"] == "longer_than_declared"


def test_a_ticket_is_good_for_one_video(uploader: Uploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    first, second = uploader.send(ticket, file), uploader.send(ticket, file)
    assert uploader.done(ticket, first).status == 200
    answer = uploader.done(ticket, second)
    assert (answer.status, answer.code) == (409, "video_unavailable")
    assert uploader.row(ticket["videoId"])["provider_video_id"] == first


def test_somebody_elses_ticket_is_out_of_reach(uploader: Uploader, new_uploader: NewUploader) -> None:
    file = new_file()
    ticket = uploader.ticket(file)
    sent = uploader.send(ticket, file)
    thief = new_uploader()
    assert thief.done(ticket, sent).status == 404
    own = thief.ticket(file)
    assert uploader.done(ticket, sent).status == 200
    answer = thief.done(own, sent)
    assert (answer.status, answer.code) == (409, "video_unavailable")


def test_an_upload_from_before_the_ticket_is_not_taken(uploader: Uploader) -> None:
    old = uploader.videos.api_video.library.seed(size=1000, made_at=1_700_000_000.0)
    ticket = uploader.ticket()
    answer = uploader.done(ticket, old.id)
    assert (answer.status, answer.code) == (409, "video_unavailable")
    assert old.id in uploader.videos.api_video.library.videos


def test_ownership_is_judged_before_size(uploader: Uploader, new_uploader: NewUploader) -> None:
    file = new_file()
    others = new_uploader().ticket(file)
    sent = uploader.send(others, file)
    own = uploader.ticket(fileSize=1, duration=1)
    answer = uploader.done(own, sent)
    assert (answer.status, answer.code) == (409, "video_unavailable")
    assert uploader.row(own["videoId"])["state"] == "awaiting_upload"


def test_an_excess_that_was_not_proved_ours_is_refused_and_let_go(uploader: Uploader) -> None:
    ticket = uploader.ticket(fileSize=100_000)
    sent = uploader.send(ticket, new_file(size=100_001), name="video.mp4")
    answer = uploader.done(ticket, sent)
    assert (answer.status, answer.code) == (413, "upload_too_large")
    uploader.upkeep()
    assert sent in uploader.videos.api_video.library.videos
    assert uploader.row(ticket["videoId"])["provider_video_id"] is None


def test_an_upload_is_its_users_whichever_of_his_tickets_it_came_by(uploader: Uploader) -> None:
    first, second = new_file(), new_file()
    named, other = uploader.ticket(first, title="a"), uploader.ticket(second, title="b")
    sent = uploader.send(named, first)
    assert uploader.done(other, sent).status == 200
    assert uploader.row(other["videoId"])["ownership"] == "proved"


def test_no_file_at_yandex_can_be_claimed_for_a_ticket_that_yandex_never_answered(uploader: Uploader) -> None:
    foreign = uploader.videos.seed("yandex", title="somebody else's")
    ticket = uploader.ticket(headers=TUS_BUILD)
    query = "update videos set provider_video_id = null where id = %s returning id"
    rows(uploader.database, query, ticket["videoId"])
    answer = uploader.call("video_token", "POST", f"/{ticket['videoId']}/uploaded", {"videoId": foreign})
    assert answer.status == 422
    assert foreign in uploader.videos.yandex.videos
    assert uploader.row(ticket["videoId"])["provider_video_id"] is None


def test_a_stolen_token_dies_with_its_time(uploader: Uploader) -> None:
    uploader.functions.set(VIDEO_UPLOAD_SESSION_SECONDS="60")
    ticket = uploader.ticket()
    [token] = uploader.videos.api_video.library.tokens.values()
    token.made_at -= 61
    refused = uploader.videos.http.post(ticket["uploadUrl"], files={"file": ("x.mp4", whole(new_file()), "video/mp4")})
    assert refused.status_code == 401


def test_a_stolen_address_of_yandex_dies_with_the_time_of_its_ticket(uploader: Uploader) -> None:
    ticket = uploader.ticket(headers=TUS_BUILD)
    uploader.later(ticket["videoId"], "61 minutes")
    uploader.upkeep()
    assert uploader.videos.yandex.videos == {}
    head = uploader.videos.http.head(ticket["uploadUrl"], headers={"Tus-Resumable": "1.0.0"})
    assert head.status_code == 404
    late = uploader.done(ticket)
    assert (late.status, late.code) == (409, "video_unavailable")


def test_a_ticket_for_a_listing_is_for_its_sellers(uploader: Uploader, new_uploader: NewUploader) -> None:
    listing = uploader.posted(uploader.uploaded())
    assert new_uploader().create({"title": "x", "listingId": listing}).status == 403
    assert new_uploader().create({"title": "x", "listingId": "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52"}).status == 404
    video = uploader.uploaded(listingId=listing)
    assert uploader.row(video)["listing_id"] == listing


def test_a_video_that_comes_by_a_ticket_for_a_listing_is_shown_to_the_moderators(uploader: Uploader) -> None:
    listing = uploader.posted(uploader.uploaded())
    query = "select version from moderation_queue where listing_id = %s"
    before = rows(uploader.database, query, listing)
    for name in ("api_video", "yandex"):
        uploader.videos.turn(name, encode_seconds=0)
    uploader.uploaded(listingId=listing, headers=TUS_BUILD)
    after = rows(uploader.database, query, listing)
    assert after[0][0] == before[0][0] + 1


def test_of_two_tickets_either_serves_the_upload_that_a_listing_tells_of(uploader: Uploader) -> None:
    file = new_file()
    first = uploader.ticket(file)
    rows(
        uploader.database,
        "update upload_tickets set created_at = created_at - interval '9 minutes' where video_id = %s returning id",
        first["videoId"],
    )
    sent = uploader.send(first, file)
    uploader.videos.api_video.library.videos[sent].made_at -= 480
    uploader.ticket(file, title="another")
    body = car(video_url=f"https://cdn.api.video/vod/{sent}/hls/manifest.m3u8")
    posted = uploader.functions.raw("listings", http_event("POST", LISTINGS, body, token=uploader.seller.token))
    assert posted.status == 201
    uploader.upkeep()
    assert uploader.shown(posted.body["data"]["id"])["video_status"] == "ready"


def test_a_blocked_person_gets_no_ticket(uploader: Uploader) -> None:
    rows(uploader.database, "update accounts set is_blocked = true where id = %s returning id", uploader.seller.id)
    assert uploader.create().code == "account_blocked"


def test_a_silent_provider_is_told_without_its_words(uploader: Uploader) -> None:
    uploader.videos.turn("api_video", mode="http_500")
    answer = uploader.create()
    assert (answer.status, answer.code) == (503, "video_service_unavailable")
    assert "Internal Server Error" not in str(answer.body)
    uploader.videos.turn("api_video", mode="ok")
    assert uploader.create().status == 200
