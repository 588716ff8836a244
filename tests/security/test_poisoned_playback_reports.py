"""Attack: a stranger fills or poisons the statistics of playback, or reads people out of them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rest import Rest
from tests.support.rows import rows

PATH = "/api/quality/views"
TABLES = ("incoming", "hours", "days", "batches", "senders", "salts", "drops")
SESSION = "00000000" + "deadbeef"
ATTACKER = "203.0.113.77"
FINE = {"provider": "yandex", "network": "wifi", "kind": "feed", "start_ms": 700, "play_ms": 9000}
FAILED = {"provider": "yandex", "network": "wifi", "kind": "feed", "failure": "network"}


@pytest.fixture(autouse=True)
def clean(database: Database) -> None:
    with database.connect() as connection:
        for table in TABLES:
            connection.execute(f"delete from quality_{table}".encode())


def report(functions: Functions, view: dict[str, Any], *, address: str, count: int = 20, **more: Any) -> None:
    body = {"v": 1, "id": str(uuid4()), "session": SESSION, "rate": 1, "os": "ios", "views": [view] * count, **more}
    assert functions.post("quality", PATH, body, address=address).status == 202


def count(functions: Functions) -> None:
    """Let the timer pass; it has the function's settings."""
    assert "batches" in functions.handler("quality_counter")({"messages": []}, None)


def total(database: Database, table: str, column: str) -> int:
    return int(rows(database, f"select coalesce(sum({column}), 0) from quality_{table}")[0][0])


def metrics(database: Database) -> dict[str, tuple[float, bool]]:
    found = rows(database, "select metric, value, weak from private.quality_metrics() where subject = 'yandex'")
    return {metric: (float(value), weak) for metric, value, weak in found}


def test_one_address_stops_at_its_limit_however_much_it_sends(functions: Functions, database: Database) -> None:
    functions.set(QUALITY_VIEWS_PER_ADDRESS="200")
    for number in range(40):
        # Other networks of one home are one sender: a /48 holds 65,536 of them.
        report(functions, FAILED, address=f"2001:db8:7:{number:x}::1")
    report(functions, FAILED, address="2001:db8:8::1")
    count(functions)
    assert (total(database, "hours", "attempts"), total(database, "drops", "dropped")) == (220, 30)
    # What is over the limit leaves nothing but a count.
    assert total(database, "batches", "1") == 11
    # Nor does it wait: from here on the sender is refused at once.
    report(functions, FAILED, address="2001:db8:7:1::1")
    assert (total(database, "incoming", "1"), total(database, "drops", "dropped")) == (0, 31)


def test_one_address_opens_no_alert_and_many_do(functions: Functions, database: Database) -> None:
    for number in range(30):
        report(functions, FINE, address=f"198.51.100.{number}")
    for _ in range(30):
        report(functions, FAILED, address=ATTACKER)
        report(functions, {**FINE, "start_ms": 60_000}, address=ATTACKER)
    count(functions)
    found = metrics(database)
    assert found["video_start_failures"] == (0.0, False)
    # The percentile is what it is, and too weak to open anything.
    assert found["video_start_p95"][1]
    for number in range(30):
        report(functions, FAILED, address=f"198.51.100.{number}")
        report(functions, {**FINE, "start_ms": 60_000}, address=f"198.51.100.{number}")
    count(functions)
    found = metrics(database)
    assert found["video_start_failures"][0] > 25
    assert found["video_start_p95"][0] > 50
    assert not found["video_start_p95"][1]


def test_few_reports_open_no_alert(functions: Functions, database: Database) -> None:
    for number in range(4):
        report(functions, FAILED, address=f"198.51.100.{number}")
    count(functions)
    assert metrics(database)["video_start_failures"] == (100.0, True)


def test_weight_cannot_be_claimed(functions: Functions, database: Database) -> None:
    for claim in ({"rate": 1000}, {"rate": 10.5}, {"rate": -10}, {"weight": 1000}):
        report(functions, {**FAILED, "weight": 1000}, address=ATTACKER, count=1, **claim)
    count(functions)
    assert total(database, "hours", "attempts") == 1


def test_poisoned_names_make_no_rows_of_their_own(functions: Functions, database: Database) -> None:
    for number in range(30):
        name = f"provider_{'abcdefghij'[number % 10]}"
        poisoned = {**FINE, "provider": name, "kind": f"{number}'--", "network": {"$ne": None}}
        report(functions, poisoned, address=ATTACKER, os=f"{number}")
    count(functions)
    assert rows(database, "select count(distinct (provider, os, network, kind)) from quality_hours") == [(1,)]


def test_a_foreign_batch_sent_first_or_again_counts_once(functions: Functions, database: Database) -> None:
    batch = str(uuid4())
    for address in ("198.51.100.1", ATTACKER, ATTACKER):
        report(functions, FINE, address=address, count=1, id=batch)
    count(functions)
    assert (total(database, "hours", "attempts"), total(database, "drops", "dropped")) == (1, 2)


def test_nothing_is_kept_that_leads_to_a_person(functions: Functions, database: Database) -> None:
    odd = {"video": str(uuid4()), "user": "+996700000001", "network": "+996700000001", "failure": "+996700000001"}
    for _ in range(2):
        report(functions, {**FINE, **odd}, address=ATTACKER)
        # Neither while it waits nor once it is counted.
        kept = [str(rows(database, f"select to_jsonb(t) from quality_{table} as t")) for table in TABLES]
        assert any("yandex" in text for text in kept)
        for secret in (ATTACKER, SESSION, "996700", "user", "video"):
            assert not any(secret in text for text in kept), secret
        count(functions)


def test_past_the_backend_nothing_is_written_or_read(rest: Rest, database: Database) -> None:
    batch = {"id": str(uuid4()), "session": SESSION, "rate": 1, "os": "ios", "views": [FAILED]}
    for somebody in (rest.anybody, rest.user()):
        for call, body in {
            "quality_record": {"p_address": ATTACKER, "p_batch": batch, "p_max_views": 10**6, "p_max_queue_mb": 512},
            "quality_count": {"p_limit": 1, "p_max_views": 1},
            "quality_drop": {"p_cause": "unreadable"},
            "quality_fold": {},
            "cdn_day_record": {"p_day": "2026-01-01", "p_metrics": {"requests": 1}},
        }.items():
            assert somebody.send("POST", f"/rpc/{call}", body).status_code in (401, 403, 404), call
        for table in TABLES:
            assert somebody.send("GET", f"/quality_{table}").status_code in (401, 403), table
    assert (total(database, "hours", "1"), total(database, "drops", "1")) == (0, 0)


def test_deep_and_endless_json_costs_one_count(functions: Functions, database: Database) -> None:
    deep = '{"views":' * 800
    for body in (deep, "[" * 8000, "1" * 8000, json.dumps({"v": 1, "views": [[[]]] * 20})):
        assert functions.post("quality", PATH, body, address=ATTACKER).status == 202
    assert total(database, "drops", "dropped") == 4
