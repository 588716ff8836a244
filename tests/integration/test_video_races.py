"""Rules about uploads and videos hold when owners, thieves, timers and providers act at the same moment."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.support.concurrency import Call, at_once
from tests.support.database import Database
from tests.support.market import new_listing
from tests.support.rows import rows
from tests.support.sellers import new_user
from tests.support.sql_calls import calling

API = "https://api.360auto.test/api"
READY = {"state": "ready", "bytes": 1000, "duration_seconds": 12, "created_at": "now"}
UPLOAD = {"provider": "api_video", "bytes": 5000, "content_type": "video/mp4", "duration_seconds": 60, "title": "x"}


def opening(user: str, *, key: str | None, provider: str = "api_video", seconds: int = 3600) -> Call:
    request = Jsonb(UPLOAD | {"provider": provider})
    digest = hashlib.sha256(b"x").digest()
    return calling(
        "upload_ticket_open", p_user_id=user, p_request=request, p_key=key, p_digest=digest, p_seconds=seconds
    )


def opened(database: Database, user: str, **options: Any) -> dict[str, Any]:
    with database.connect() as connection:
        return opening(user, key=uuid4().hex, **options)(connection)


def completing(user: str, ticket: dict[str, Any], provider_id: str) -> Call:
    return calling(
        "video_uploaded",
        p_user_id=user,
        p_video_id=ticket["video_id"],
        p_provider_video_id=provider_id,
        p_found=Jsonb(READY),
        p_api_url=API,
    )


def observing(video: str, provider_id: str, **found: object) -> Call:
    return calling(
        "video_observed",
        p_video_id=video,
        p_provider_video_id=provider_id,
        p_found=Jsonb(READY | found),
        p_api_url=API,
    )


def new_id() -> str:
    return f"vi{uuid4().hex[:14]}"


def row(database: Database, video: str) -> dict[str, Any]:
    found: dict[str, Any] = rows(database, "select to_jsonb(v) from videos v where id = %s", video)[0][0]
    return found


def test_the_same_request_at_once_is_one_ticket(database: Database) -> None:
    user = new_user(database)
    answers = at_once(database, [opening(user, key="k") for _ in range(15)])
    assert len({answer["ticket_id"] for answer in answers}) == 1
    assert rows(database, "select count(*) from videos where owner_user_id = %s", user) == [(1,)]


def test_one_answer_of_the_provider_is_kept_and_everybody_learns_which(database: Database) -> None:
    ticket = opened(database, new_user(database), provider="yandex")
    issued = [
        calling(
            "upload_ticket_issued",
            p_ticket_id=ticket["ticket_id"],
            p_provider_ticket=f"https://tus/{number}",
            p_provider_video_id=f"vplv{ticket['video_id']}{number}",
        )
        for number in range(10)
    ]
    answers = at_once(database, issued)
    assert len({answer["provider_ticket"] for answer in answers}) == 1
    assert row(database, ticket["video_id"])["provider_video_id"] == answers[0]["provider_video_id"]


def test_an_upload_that_many_claim_is_the_first_ones_alone(database: Database) -> None:
    for _ in range(10):
        provider_id = new_id()
        users = [new_user(database) for _ in range(6)]
        tickets = [opened(database, user) for user in users]
        claims = [completing(user, ticket, provider_id) for user, ticket in zip(users, tickets, strict=True)]
        outcomes = Counter(answer.get("reason", answer.get("state")) for answer in at_once(database, claims))
        assert outcomes == {"ready": 1, "video_unavailable": 5}


def test_a_ticket_takes_one_of_many_uploads(database: Database) -> None:
    user = new_user(database)
    ticket = opened(database, user)
    answers = at_once(database, [completing(user, ticket, new_id()) for _ in range(12)])
    assert Counter(answer.get("reason", answer.get("state")) for answer in answers) == {
        "ready": 1,
        "video_unavailable": 11,
    }


def attaching(listing: str, video: str) -> Call:
    def call(connection: Any) -> dict[str, Any]:
        # As every change of a listing does, it locks the listing first.
        with connection.transaction():
            connection.execute("select 1 from listings where id = %s for no key update", [listing])
            found = connection.execute("select private.attach_video(%s, %s)", [listing, video]).fetchone()
        return {"attached": found[0]}

    return call


def test_a_ticket_serves_one_of_many_listings(database: Database) -> None:
    user = new_user(database)
    opened(database, user)
    listings = [new_listing(database, user) for _ in range(8)]
    answers = at_once(database, [attaching(listing, new_id()) for listing in listings])
    assert Counter(answer["attached"] for answer in answers) == {True: 1, False: 7}


def test_one_upload_goes_to_one_of_many_listings(database: Database) -> None:
    user = new_user(database)
    for _ in range(8):
        opened(database, user)
    provider_id = new_id()
    listings = [new_listing(database, user) for _ in range(8)]
    answers = at_once(database, [attaching(listing, provider_id) for listing in listings])
    assert Counter(answer["attached"] for answer in answers) == {True: 1, False: 7}
    assert rows(database, "select count(*) from videos where provider_video_id = %s", provider_id) == [(1,)]


def shown_video(database: Database, user: str) -> tuple[str, str, str]:
    """Return a listing with a ready video: ids of listing and video, and the provider's of the video."""
    ticket, provider_id, listing = opened(database, user), new_id(), new_listing(database, user)
    with database.connect() as connection:
        completing(user, ticket, provider_id)(connection)
        attaching(listing, ticket["video_id"])(connection)
    return listing, ticket["video_id"], provider_id


def test_removing_and_being_told_that_it_is_ready_at_once_ends_removed(database: Database) -> None:
    user = new_user(database)
    for _ in range(10):
        listing, video, provider_id = shown_video(database, user)
        calls = [observing(video, provider_id) for _ in range(4)]
        calls.append(calling("video_delete", p_user_id=user, p_video_id=video))
        at_once(database, calls)
        assert row(database, video)["delete_requested_at"]
        shown = rows(database, "select video_id, video_url, video_status from listings where id = %s", listing)
        assert shown == [(None, None, "none")]


def test_one_of_many_replacements_that_become_ready_at_once_is_shown_and_the_others_go(database: Database) -> None:
    user = new_user(database)
    for _ in range(6):
        listing, old, _ = shown_video(database, user)
        new = [(opened(database, user), new_id()) for _ in range(4)]
        claims = [completing(user, ticket, provider_id) for ticket, provider_id in new]
        attachments = [attaching(listing, ticket["video_id"]) for ticket, _ in new]
        at_once(database, [*claims, *attachments])
        live = rows(
            database,
            "select id::text from videos where listing_id = %s and delete_requested_at is null and state = 'ready'",
            listing,
        )
        assert len(live) == 1
        [(shown,)] = rows(database, "select video_id from listings where id = %s", listing)
        assert shown == row(database, live[0][0])["provider_video_id"]
        assert row(database, old)["delete_requested_at"] or live[0][0] == old


@pytest.mark.parametrize("act", ["listing_update", "listing_delete"])
def test_sellers_and_reports_at_once_wait_for_each_other_without_a_deadlock(database: Database, act: str) -> None:
    user = new_user(database)
    for _ in range(6):
        listing, video, provider_id = shown_video(database, user)
        arguments: dict[str, object] = {"p_user_id": user, "p_listing_id": listing}
        if act == "listing_update":
            arguments["p_fields"] = Jsonb({"video_id": video, "price": 7})
        calls: list[Call] = [calling(act, **arguments) for _ in range(3)]
        calls += [observing(video, provider_id) for _ in range(3)]
        calls += [
            calling("video_observed", p_video_id=video, p_provider_video_id=provider_id, p_found=None, p_api_url=API)
        ]
        answers = at_once(database, calls)
        assert not any("reason" in answer for answer in answers if isinstance(answer, dict))


@pytest.mark.parametrize("due", ["videos_due", "videos_to_delete"])
def test_timers_that_run_at_once_get_different_videos(database: Database, due: str) -> None:
    user = new_user(database)
    videos = set()
    for _ in range(20):
        _, video, _ = shown_video(database, user)
        videos.add(video)
    change = (
        "delete_requested_at = now()" if due == "videos_to_delete" else "state = 'processing', next_check_at = now()"
    )
    rows(database, f"update videos set {change} where owner_user_id = %s returning id", user)
    answers: Any = at_once(database, [calling(due, p_limit=30, p_lease_seconds=60) for _ in range(8)])
    mine = [found["id"] for answer in answers for found in answer if found["id"] in videos]
    assert mine
    assert len(mine) == len(set(mine))


@pytest.mark.parametrize("due", ["videos_due", "videos_to_delete"])
def test_a_video_that_a_timer_has_claimed_is_left_alone_until_the_lease_ends(database: Database, due: str) -> None:
    _, video, _ = shown_video(database, new_user(database))
    change = "delete_requested_at = now()" if due == "videos_to_delete" else "state = 'processing'"
    rows(database, f"update videos set {change}, next_check_at = now() where id = %s returning 1", video)

    def claimed() -> bool:
        answer: Any = at_once(database, [calling(due, p_limit=10_000, p_lease_seconds=60)])[0]
        return video in [found["id"] for found in answer]

    assert [claimed(), claimed()] == [True, False]
    rows(database, "update videos set next_check_at = next_check_at - interval '61 s' where id = %s returning 1", video)
    assert claimed()


def test_a_video_whose_deletion_was_requested_is_neither_asked_for_nor_replicated(database: Database) -> None:
    user = new_user(database)
    _, kept, _ = shown_video(database, user)
    _, gone, _ = shown_video(database, user)
    deleted = "update videos set delete_requested_at = now() where id = %s returning 1"
    rows(database, deleted, gone)
    copies: Any = at_once(database, [calling("video_copy_claim", p_limit=10_000, p_seconds=60)])[0]
    assert {kept, gone} & {found["id"] for found in copies} == {kept}
    asked = "update videos set state = 'processing', next_check_at = now() where id = any (%s) returning 1"
    rows(database, asked, [kept, gone])
    due: Any = at_once(database, [calling("videos_due", p_limit=10_000, p_lease_seconds=60)])[0]
    assert {kept, gone} & {found["id"] for found in due} == {kept}


@pytest.mark.parametrize("ending", ["delete_requested_at = now()", "state = 'deleted', deleted_at = now()"])
def test_what_a_provider_or_the_app_says_of_a_deleted_video_changes_nothing(database: Database, ending: str) -> None:
    user = new_user(database)
    ticket, provider_id = opened(database, user), new_id()
    video, listing = ticket["video_id"], new_listing(database, user)
    with database.connect() as connection:
        completing(user, ticket, provider_id)(connection)
    rows(database, f"update videos set {ending} where id = %s returning 1", video)
    before = row(database, video)
    attach = "select private.attach_video(%s, %s)"
    observed: Any = at_once(database, [observing(video, provider_id, state="failed")])
    assert observed == ["outdated"]
    assert at_once(database, [completing(user, ticket, provider_id)]) == [{"reason": "upload_ticket_over"}]
    assert rows(database, attach, listing, video) == [(False,)]
    assert row(database, video) == before
    assert rows(database, "select video_id, video_status from listings where id = %s", listing) == [(None, "none")]
