"""Ledger of the move to Yandex: what is planned, who holds what, what a step answers."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.migration import PLACE, LedgerOf, new_moving, new_source_id, show, shown
from tests.support.rows import rows


def test_a_video_known_by_its_address_alone_is_planned_with_the_id_in_it(database: Database, ledger: LedgerOf) -> None:
    listing, source = new_listing(database, new_user_id(database)), new_source_id()
    show(database, listing, source, with_id=False)
    assert ledger.plan() == {"planned": 1, "skipped": 0}
    assert rows(database, "select source_video_id, listing_id::text from video_migrations") == [(source, listing)]
    assert (shown(database, listing)["video_id"], shown(database, listing)["video_provider"]) == (source, "api_video")


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.api.video.evil.invalid/vod/viX/hls/manifest.m3u8",
        "https://example.invalid/vod/viX/hls/manifest.m3u8",
        "https://cdn.api.video/live/viX.m3u8",
        "http://cdn.api.video/vod/viX/hls/manifest.m3u8",
    ],
)
def test_an_address_elsewhere_is_left_alone(database: Database, ledger: LedgerOf, address: str) -> None:
    listing = new_listing(database, new_user_id(database))
    rows(database, "update listings set video_url = %s where id = %s returning id", address, listing)
    assert ledger.plan()["planned"] == 0


def test_planning_again_plans_nothing_twice(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    assert ledger.plan()["planned"] == 1
    assert ledger.plan() == {"planned": 0, "skipped": 0}


def test_a_video_of_two_listings_moves_once_and_both_show_it(database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    other = new_listing(database, new_user_id(database))
    show(database, other, moving.source, with_id=False)
    before = shown(database, other)
    assert ledger.plan()["planned"] == 1
    ledger.switched(moving)
    for listing in (moving.listing, other):
        assert shown(database, listing) == {
            "video_id": None,
            "video_provider": "yandex",
            "video_status": "ready",
            **PLACE,
        }
    assert ledger.roll_back()["rolled_back"] == 1
    assert shown(database, other) == before | {"video_id": moving.source, "video_provider": "api_video"}


def test_a_video_all_around_is_left_out(database: Database, ledger: LedgerOf) -> None:
    new_moving(database, projection="equirectangular")
    assert ledger.plan()["skipped"] == 1
    assert rows(database, "select state, failure_reason from video_migrations") == [("skipped", "equirectangular")]


def test_a_video_that_turns_out_to_be_all_around_is_left_out_and_remembered(
    database: Database, ledger: LedgerOf
) -> None:
    moving = new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    known = {"p_bytes": 9, "p_etag": None, "p_seconds": 10, "p_width": 3840, "p_height": 1920}
    answer = ledger.step("source", entry, **known, p_projection="equirectangular")
    assert answer == {"outcome": "skipped", "reason": "equirectangular"}
    assert rows(database, "select projection from videos where id = %s", moving.video) == [("equirectangular",)]


def test_an_entry_has_one_holder_until_its_lease_ends(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    second = LedgerOf(database, "run 2")
    entry = ledger.claim(lease=60)["entry"]["id"]
    assert second.claim() == {"reason": "nothing_planned"}
    rows(database, "update video_migrations set lease_until = now() - interval '1 second' returning id")
    taken = second.claim()["entry"]
    assert (taken["id"], taken["state"]) == (entry, "copying")
    assert ledger.step("request_target", entry) == {"outcome": "lost"}
    assert second.step("request_target", entry) == {"outcome": "ok", "is_first": True}


def test_a_paused_migration_gives_nothing_and_stops_who_is_copying(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    ledger.call("pause", p_paused=True)
    assert ledger.claim() == {"reason": "paused"}
    chunk = Jsonb([{"from": 0, "to": 5, "sha256": "ab"}])
    assert ledger.step("progress", entry, p_lease_seconds=60, p_from=0, p_chunks=chunk) == {"outcome": "paused"}
    assert ledger.row(entry)["bytes_copied"] == 5
    ledger.call("pause", p_paused=False)
    assert ledger.claim() == {"reason": "nothing_planned"}


def test_digests_of_what_the_provider_has_lost_are_forgotten(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    told = [{"from": start, "to": start + 5, "sha256": "ab"} for start in (0, 5, 10)]
    ledger.step("progress", entry, p_lease_seconds=60, p_from=0, p_chunks=Jsonb(told))
    again = Jsonb([{"from": 5, "to": 8, "sha256": "cd"}])
    assert ledger.step("progress", entry, p_lease_seconds=60, p_from=5, p_chunks=again) == {"outcome": "ok"}
    row = ledger.row(entry)
    assert (row["bytes_copied"], [chunk["to"] for chunk in row["chunk_digests"]]) == (8, [5, 8])
    assert ledger.step("progress", entry, p_lease_seconds=60, p_from=7, p_chunks=again) == {"outcome": "lost"}


def test_what_is_not_copied_whole_is_not_uploaded(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    known = {"p_bytes": 10, "p_etag": None, "p_seconds": 10, "p_width": None, "p_height": None}
    ledger.step("source", entry, **known, p_projection="flat")
    assert ledger.step("uploaded", entry) == {"outcome": "incomplete"}


def test_a_failure_waits_twice_as_long_each_time_and_is_given_up_in_the_end(
    database: Database, ledger: LedgerOf
) -> None:
    new_moving(database)
    ledger.plan()
    waits, outcomes = [], []
    for _ in range(4):
        entry = ledger.claim()["entry"]["id"]
        told = {"p_reason": "no_reply", "p_is_final": False, "p_max_attempts": 4, "p_retry_seconds": 60}
        outcomes.append(ledger.step("failed", entry, **told)["outcome"])
        query = "select extract(epoch from next_try_at - now())::integer from video_migrations"
        waits.append(rows(database, query)[0][0])
        rows(database, "update video_migrations set next_try_at = null returning id")
    assert outcomes == ["retryable", "retryable", "retryable", "final"]
    assert [round(wait / 60) for wait in waits[:3]] == [1, 2, 4]
    assert ledger.claim() == {"reason": "nothing_planned"}
    assert ledger.call("retry", p_only=None) == 1
    assert ledger.claim()["entry"]["state"] == "copying"


def test_a_run_knows_that_a_copy_was_asked_for_before(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    assert ledger.step("request_target", entry)["is_first"]
    assert not ledger.step("request_target", entry)["is_first"]


def test_a_source_of_another_size_makes_the_copy_useless(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    entry = ledger.claim()["entry"]["id"]
    known = {"p_etag": '"1"', "p_seconds": 10, "p_width": None, "p_height": None, "p_projection": "flat"}
    assert ledger.step("source", entry, p_bytes=10, **known) == {"outcome": "ok"}
    ledger.step("target", entry, p_target_video_id="vplv1", p_upload_url="https://tus.invalid/1")
    assert ledger.step("source", entry, p_bytes=10, **known) == {"outcome": "ok"}
    assert ledger.step("source", entry, p_bytes=11, **known) == {"outcome": "source_changed"}
    assert ledger.step("forget_target", entry, p_reason="source_changed") == {"outcome": "ok"}
    row = ledger.row(entry)
    assert (row["target_video_id"], row["target_number"], row["state"]) == (None, 2, "copying")
