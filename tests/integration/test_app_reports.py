"""Reports with the columns and types that the app sends, through PostgREST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows


def report(user: RestUser, target: str, kind: str = "car", **more: Any) -> int:
    """Send what the report button sends; gives the status."""
    sent = {
        "reporter_id": user.id,
        "target_type": kind,
        "target_id": target,
        "reported_user_id": user.id,
        "reason": "fraud",
        "status": "pending",
        **more,
    }
    return user.send("POST", "/reports", sent).status_code


@pytest.mark.parametrize("kind", ["car", "horse", "real_estate", "listing"])
def test_a_reported_listing_is_checked_first(kind: str, rest: Rest, database: Database) -> None:
    seller = new_user_id(database)
    listing = new_listing(database, seller)
    reporters = [rest.user() for _ in range(3)]

    assert [report(user, listing, kind) for user in reporters] == [201] * 3

    stored = "select distinct target_type, reported_user_id::text, status from reports where target_id = %s"
    assert rows(database, stored, listing) == [("listing", seller, "pending")]
    queue = "select reports_count, priority from moderation_queue where listing_id = %s"
    assert rows(database, queue, listing) == [(3, "urgent")]
    assert rows(database, "select status from listings where id = %s", listing) == [("active",)]
    assert len(reporters[0].rows(f"/reports?select=id,reported_user_id,status&target_id=eq.{listing}")) == 1


def test_a_report_counts_once_per_person_and_is_pending(rest: Rest, database: Database) -> None:
    listing, user = new_listing(database, new_user_id(database)), rest.user()
    assert report(user, listing, status="upheld") == 403
    assert [report(user, listing) for _ in range(2)] == [201, 409]
    assert rows(database, "select reports_count from moderation_queue where listing_id = %s", listing) == [(1,)]


def test_the_third_report_of_a_comment_hides_it(rest: Rest, database: Database) -> None:
    author = rest.user()
    body = {"listing_id": new_listing(database, new_user_id(database)), "user_id": author.id, "text": "Перекуп"}
    [comment] = author.send("POST", "/comments", body, Prefer="return=representation").json()
    path, reporters = f"/comments?id=eq.{comment['id']}&select=id", [rest.user() for _ in range(3)]
    seen = []
    for reporter in reporters:
        assert report(reporter, comment["id"], "comment") == 201
        seen.append(len(rest.anybody.rows(path)))
    assert seen == [1, 1, 0]
    assert report(author, comment["id"], "comment") == 403


def test_nothing_is_reported_that_the_reporter_may_not_see(rest: Rest, database: Database) -> None:
    draft = new_listing(database, new_user_id(database), status="draft")
    assert report(rest.user(), draft) == 403
    assert report(rest.user(), draft, "comment") == 403
