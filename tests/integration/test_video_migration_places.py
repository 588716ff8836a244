"""Playback of a listing's video before, during and after the transfer; rollback; deletions and their times."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.migration import PLACE, LedgerOf, Moving, new_moving, show, shown, uploaded
from tests.support.rows import rows
from tests.support.sql_calls import calling


def video(database: Database, moving: Moving) -> dict[str, Any]:
    [(row,)] = rows(database, "select to_jsonb(v) from videos v where id = %s", moving.video)
    return dict(row)


def edited(database: Database, moving: Moving, **fields: object) -> dict[str, Any]:
    """Change a listing as its seller."""
    call = calling("listing_update", p_user_id=moving.seller, p_listing_id=moving.listing, p_fields=Jsonb(fields))
    with database.connect() as connection:
        return call(connection)


def replicated(database: Database, moving: Moving) -> None:
    """Record a replica at VK Cloud."""
    rows(
        database,
        """update videos set replica_key = 'videos/1.mp4', replica_bytes = 100, replica_origin = 'original',
             replica_sha256 = sha256('a'), replicated_at = now() where id = %s returning id""",
        moving.video,
    )


def aged(database: Database, days: int) -> None:
    """Let days pass for the ledger."""
    rows(
        database,
        """update video_migrations set source_release_after = source_release_after - %s * interval '1 day',
             target_release_after = target_release_after - %s * interval '1 day' returning id""",
        days, days,
    )  # fmt: skip


def releasable(ledger: LedgerOf) -> Any:
    return ledger.call("claim_release", p_holder=ledger.holder, p_lease_seconds=60)


def test_the_switch_moves_listing_and_video_together_and_keeps_the_old_place(
    database: Database, ledger: LedgerOf
) -> None:
    moving = new_moving(database)
    before = shown(database, moving.listing)
    ledger.plan()
    entry = ledger.made_ready(moving)
    assert shown(database, moving.listing) == before
    assert ledger.switch(entry) == {"outcome": "ok"}
    assert shown(database, moving.listing) == {
        "video_id": None, "video_provider": "yandex", "video_status": "ready", **PLACE,
    }  # fmt: skip
    now, row = video(database, moving), ledger.row(entry)
    assert (now["provider"], now["provider_video_id"]) == ("yandex", row["target_video_id"])
    assert (now["fallback_provider"], now["fallback_video_id"]) == ("api_video", moving.source)
    assert now["version"] == 2
    assert row["previous_place"]["listings"][0]["video_url"] == before["video_url"]


def test_a_thumbnail_that_the_seller_has_put_elsewhere_stays(database: Database, ledger: LedgerOf) -> None:
    moving, own = new_moving(database), "https://project.invalid/storage/v1/object/public/listings-thumbnails/1.jpg"
    rows(database, "update listings set thumbnail_url = %s where id = %s returning id", own, moving.listing)
    ledger.plan()
    ledger.switched(moving)
    assert shown(database, moving.listing)["thumbnail_url"] == own
    ledger.roll_back()
    assert shown(database, moving.listing)["thumbnail_url"] == own


@pytest.mark.parametrize("how", ["video", "listing", "source", "day", "all"])
def test_a_rollback_shows_api_video_again(database: Database, ledger: LedgerOf, how: str) -> None:
    moving, stays = new_moving(database), new_moving(database)
    before = shown(database, moving.listing)
    ledger.plan()
    entry, other = ledger.confirmed(moving), ledger.switched(stays)
    rows(database, "update video_migrations set started_on = '2026-01-05' where id = %s returning id", entry)
    named = {"video": [moving.video], "listing": [moving.listing], "source": [moving.source]}
    answer = ledger.roll_back(only=named.get(how), day="2026-01-05" if how == "day" else None)
    assert answer == {"rolled_back": 2 if how == "all" else 1, "left": 0, "source_released": 0}
    assert shown(database, moving.listing) == before
    now = video(database, moving)
    assert (now["provider"], now["provider_video_id"], now["fallback_video_id"]) == ("api_video", moving.source, None)
    assert ledger.row(other)["state"] == ("rolled_back" if how == "all" else "switched")


def test_a_rollback_finds_a_listing_whose_address_has_changed_its_domain(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    before = shown(database, moving.listing)
    ledger.plan()
    ledger.switched(moving)
    other = f"https://new.invalid/api/video/{moving.video}"
    rows(
        database,
        """update listings set video_url = %s, video_player_url = %s, video_thumbnail_url = %s, thumbnail_url = %s
           where id = %s returning id""",
        f"{other}/manifest.m3u8", f"{other}/manifest.m3u8", f"{other}/thumbnail.jpg", f"{other}/thumbnail.jpg",
        moving.listing,
    )  # fmt: skip
    ledger.roll_back()
    assert shown(database, moving.listing) == before


def test_a_listing_that_shows_something_else_by_now_is_not_rolled_back(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    ledger.switched(moving)
    uploaded(database, moving, "viNew")
    edited(database, moving, video_id="viNew", video_url="https://cdn.api.video/vod/viNew/hls/manifest.m3u8")
    ledger.roll_back()
    assert shown(database, moving.listing)["video_id"] == "viNew"


def test_a_video_that_was_rolled_back_moves_again_with_the_copy_that_is_there(
    database: Database, ledger: LedgerOf
) -> None:
    moving = new_moving(database)
    ledger.plan()
    copy = ledger.row(ledger.switched(moving))["target_video_id"]
    ledger.roll_back()
    assert ledger.claim() == {"reason": "nothing_planned"}
    assert ledger.call("retry", p_only=[moving.listing]) == 1
    again = ledger.claim()["entry"]
    assert (again["state"], again["target_video_id"]) == ("copying", copy)


def test_a_seller_who_sends_the_old_address_again_changes_nothing(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    ledger.switched(moving)
    after = shown(database, moving.listing)
    old = f"https://cdn.api.video/vod/{moving.source}"
    answer = edited(
        database, moving, video_id=moving.source, video_url=f"{old}/hls/manifest.m3u8",
        video_player_url=f"https://embed.api.video/vod/{moving.source}", video_thumbnail_url=f"{old}/thumbnail.jpg",
        price=99,
    )  # fmt: skip
    assert "listing" in answer, answer
    assert shown(database, moving.listing) == after
    assert video(database, moving)["delete_requested_at"] is None
    assert rows(database, "select count(*) from videos where listing_id = %s", moving.listing) == [(1,)]


def test_another_sellers_moved_video_cannot_be_taken(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    ledger.switched(moving)
    thief = Moving(seller := new_user_id(database), new_listing(database, seller), "", "")
    answer = edited(
        database, thief, video_id=moving.source, video_url=f"https://cdn.api.video/vod/{moving.source}/hls/manifest.m3u8"
    )  # fmt: skip
    assert answer == {"reason": "video_unavailable"}


def test_a_listing_deleted_while_its_video_is_copied_gives_the_copy_up(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    with database.connect() as connection:
        calling("listing_delete", p_user_id=moving.seller, p_listing_id=moving.listing)(connection)
    answer = ledger.step("target", entry, p_target_video_id="vplv1", p_upload_url="https://tus.invalid/1")
    assert answer == {"outcome": "skipped", "reason": "video_deleted"}
    given_up = releasable(ledger)
    assert (given_up["releases"], given_up["target_video_id"]) == ("target", "vplv1")
    assert ledger.step("released", entry) == {"outcome": "ok"}
    assert releasable(ledger) is None


def test_api_video_is_released_after_ninety_days_with_a_confirmed_copy_and_a_replica(
    database: Database, ledger: LedgerOf
) -> None:
    moving = new_moving(database)
    ledger.plan()
    entry = ledger.confirmed(moving)
    replicated(database, moving)
    aged(database, 89)
    assert releasable(ledger) is None
    aged(database, 1)
    assert releasable(ledger)["replica"] == {"key": "videos/1.mp4", "bytes": 100}
    assert ledger.step("begin_release", entry) == {"outcome": "ok"}
    assert video(database, moving)["fallback_video_id"] is None
    # Killed here, the next run goes on.
    rows(database, "update video_migrations set lease_until = now() - interval '1 second' returning id")
    assert releasable(ledger)["id"] == entry
    assert ledger.step("begin_release", entry) == {"outcome": "ok"}
    assert ledger.step("released", entry) == {"outcome": "ok"}
    assert releasable(ledger) is None
    assert ledger.roll_back() == {"rolled_back": 0, "left": 0, "source_released": 1}
    assert edited(database, moving, video_id=moving.source, price=5)["listing"]["video_id"] is None


@pytest.mark.parametrize("missing", ["replica", "confirmation", "use", "listing"])
def test_api_video_is_kept_while_something_is_missing(database: Database, ledger: LedgerOf, missing: str) -> None:
    moving = new_moving(database)
    ledger.plan()
    entry = ledger.switched(moving) if missing == "confirmation" else ledger.confirmed(moving)
    if missing != "replica":
        replicated(database, moving)
    if missing == "use":
        rows(database, "update videos set state = 'failed' where id = %s returning id", moving.video)
    if missing == "listing":
        show(database, new_listing(database, new_user_id(database)), moving.source)
    aged(database, 91)
    assert releasable(ledger) is None
    assert ledger.row(entry)["source_release_started_at"] is None


def test_an_entry_whose_video_was_deleted_after_the_switch_is_closed(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    entry = ledger.confirmed(moving)
    rows(database, "update videos set state = 'deleted', deleted_at = now() where id = %s returning id", moving.video)
    assert ledger.call("close_deleted") == 1
    assert ledger.row(entry)["state"] == "skipped"
