"""Ledger's rules hold when many runs, and the owners of the videos, act at the same moment."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.concurrency import Call, at_once
from tests.support.database import Database
from tests.support.migration import PLACE, LedgerOf, ledger_call, new_moving, new_source_id, shown, uploaded
from tests.support.owners_acts import owners_act
from tests.support.rows import rows
from tests.support.sql_calls import calling


def claiming(holder: str, limit: int) -> Call:
    def call(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        connection.execute("set role service_role")
        answer: dict[str, Any] = ledger_call(
            connection,
            "claim",
            p_holder=holder,
            p_lease_seconds=60,
            p_daily_limit=limit,
            p_budget_seconds=None,
            p_begin=True,
            p_only=None,
        )
        return answer

    return call


def switching(entry: str) -> Call:
    return calling(
        "video_migration_switch",
        p_id=entry,
        p_holder="run 1",
        p_place=Jsonb(PLACE),
        p_fallback_days=90,
        p_confirm_seconds=0,
    )


def planning(_: int) -> Call:
    return calling("video_migration_plan", p_limit=1000)


def rolling_back(only: list[str] | None = None) -> Call:
    return calling(
        "video_migration_rollback", p_only=only, p_day=None, p_reason="by_hand", p_keep_days=14, p_limit=1000
    )


def test_parallel_runs_plan_every_video_once(database: Database, ledger: LedgerOf) -> None:
    for _ in range(20):
        new_moving(database)
    answers = at_once(database, [planning(n) for n in range(20)])
    assert sum(answer["planned"] for answer in answers) == 20
    assert rows(database, "select count(*), count(distinct video_id) from video_migrations") == [(20, 20)]


def test_parallel_runs_never_begin_more_than_a_days_allowance(database: Database, ledger: LedgerOf) -> None:
    for _ in range(40):
        new_moving(database)
    ledger.plan()
    answers = at_once(database, [claiming(f"run {n}", 25) for n in range(60)])
    begun = [answer["entry"]["id"] for answer in answers if "entry" in answer]
    assert (len(begun), len(set(begun))) == (25, 25)
    assert {answer["reason"] for answer in answers if "reason" in answer} <= {"daily_limit", "nothing_planned"}
    assert rows(database, "select allowed, started from video_migration_days") == [(25, 25)]
    assert ledger.claim(limit=25) == {"reason": "daily_limit"}
    # A lower limit takes nothing back, a higher one gives the difference.
    assert ledger.claim(limit=10) == {"reason": "daily_limit"}
    assert "entry" in ledger.claim(limit=26)
    assert ledger.claim(limit=26) == {"reason": "daily_limit"}


def test_a_new_day_gives_a_new_allowance(database: Database, ledger: LedgerOf) -> None:
    for _ in range(2):
        new_moving(database)
    ledger.plan()
    ledger.claim(limit=1)
    assert ledger.claim(limit=1) == {"reason": "daily_limit"}
    rows(database, "update video_migration_days set day = day - 1 returning id")
    assert "entry" in ledger.claim(limit=1)


def test_what_was_begun_goes_on_when_the_allowance_is_used_up(database: Database, ledger: LedgerOf) -> None:
    new_moving(database)
    ledger.plan()
    entry = ledger.claim(limit=1)["entry"]["id"]
    rows(database, "update video_migrations set lease_until = now() - interval '1 second' returning id")
    assert ledger.claim(limit=1)["entry"]["id"] == entry


def test_a_budget_ends_what_is_begun(database: Database, ledger: LedgerOf) -> None:
    for _ in range(2):
        new_moving(database)
    ledger.plan()
    rows(database, "update video_migrations set source_duration_seconds = 90 returning id")
    held = {"p_holder": "run 1", "p_lease_seconds": 60, "p_daily_limit": 9, "p_begin": True, "p_only": None}
    assert "entry" in ledger.call("claim", **held, p_budget_seconds=100)
    assert ledger.call("claim", **held, p_budget_seconds=100) == {"reason": "budget_spent"}


@pytest.mark.parametrize("act", ["delete", "replace"])
def test_the_owner_and_the_switch_at_the_same_moment_end_well(database: Database, ledger: LedgerOf, act: str) -> None:
    for _ in range(15):
        moving, other = new_moving(database), new_source_id()
        ledger.plan()
        entry = ledger.made_ready(moving)
        uploaded(database, moving, other)
        answers = at_once(database, [switching(entry), owners_act(moving, act, other)])
        row = ledger.row(entry)
        [(provider, is_going)] = rows(
            database, "select provider, delete_requested_at is not null from videos where id = %s", moving.video
        )
        assert is_going, answers
        # Either the copy is the video's, and goes with it, or it is the ledger's, which deletes it.
        assert (row["state"], provider) in {("switched", "yandex"), ("skipped", "api_video")}
        assert (row["target_release_after"] is not None) == (row["state"] == "skipped")
        if act == "replace":
            fields = shown(database, moving.listing)
            assert (fields["video_id"], fields["video_provider"]) == (other, "api_video")
            assert other in fields["video_url"]


def test_an_edit_of_other_fields_and_the_switch_at_the_same_moment_keep_both(
    database: Database, ledger: LedgerOf
) -> None:
    for _ in range(10):
        moving = new_moving(database)
        ledger.plan()
        entry = ledger.made_ready(moving)
        edit = calling(
            "listing_update", p_user_id=moving.seller, p_listing_id=moving.listing, p_fields=Jsonb({"price": 7})
        )
        at_once(database, [switching(entry), edit])
        fields = shown(database, moving.listing)
        assert (fields["video_id"], fields["video_url"]) == (None, PLACE["video_url"])
        assert rows(database, "select price from listings where id = %s", moving.listing) == [(7,)]


def test_switch_and_rollback_at_the_same_moment_leave_listing_video_and_ledger_of_one_mind(
    database: Database, ledger: LedgerOf
) -> None:
    seen: Counter[str] = Counter()
    for _ in range(15):
        moving = new_moving(database)
        ledger.plan()
        before = shown(database, moving.listing)
        entry = ledger.made_ready(moving)
        at_once(database, [switching(entry), rolling_back([moving.video])])
        row = ledger.row(entry)
        assert row["state"] == "rolled_back"
        assert shown(database, moving.listing) == before
        query = "select provider, provider_video_id, fallback_video_id from videos where id = %s"
        assert rows(database, query, moving.video) == [("api_video", moving.source, None)]
        seen[str(row["switched_at"] is not None)] += 1
    assert sum(seen.values()) == 15
