"""Days of playback and the page of staff: sums of hours, hour by hour and day by day, and the verdict."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from auto360.container import cleanup
from auto360.core.clock import utc_now
from auto360.core.timezone import BISHKEK
from auto360.domains.quality.comparison import percentile
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rows import rows
from tests.support.sms import SmsWorld
from tests.support.staff import staff_browser

GOOD = {"provider": "yandex", "network": "wifi", "kind": "feed", "start_ms": 800, "play_ms": 9000, "stall_ms": 90}


@pytest.fixture(autouse=True)
def empty(database: Database) -> None:
    with database.connect() as connection:
        for table in ("incoming", "hours", "days", "batches", "senders", "salts", "drops"):
            connection.execute(f"delete from quality_{table}".encode())
        connection.execute("delete from metrics_daily where metric like 'cdn%'")


def report(database: Database, *views: dict[str, Any], hour: str = "", times: int = 1) -> None:
    """Count batches of a session that reports everything; `hour` moves them to another one."""
    with database.connect() as connection:
        for _ in range(times):
            batch = {"id": str(uuid4()), "session": "0" * 16, "rate": 1, "os": "ios", "views": views}
            connection.execute("select quality_record('198.51.100.1', %s::jsonb, 100000, 512)", [json.dumps(batch)])
        connection.execute("select quality_count(1000, 100000)")
        if hour:
            here = "date_trunc('hour', now())"
            connection.execute(f"update quality_hours set hour = %s::timestamptz where hour = {here}".encode(), [hour])


def day(ago: int) -> str:
    """Return a Bishkek day; yesterday is not written in the first minutes of a day."""
    return (utc_now().astimezone(BISHKEK).date() - timedelta(days=ago)).isoformat()


def sums(database: Database, table: str) -> list[tuple[Any, ...]]:
    # 800 ms are in bucket 37, which SQL counts as the 38th.
    columns = "sum(attempts), sum(starts), sum(play_ms), sum(start_histogram[38])"
    return rows(database, f"select {columns} from quality_{table}")


def test_a_day_runs_from_midnight_to_midnight_in_bishkek_and_is_written_once(
    functions: Functions, database: Database
) -> None:
    for place, hour in enumerate(("23:00", "00:00", "23:00"), start=1):
        which = day(3) if place == 1 else day(2)
        report(database, *[GOOD] * place, hour=f"{which} {hour}+06")
    report(database, GOOD)
    assert cleanup.daily_metrics().record()["folded"] == 2
    assert [(str(d), int(a)) for d, a in rows(database, "select day, attempts from quality_days order by day")] == [
        (day(3), 1), (day(2), 5)
    ]  # fmt: skip
    written = sums(database, "days")
    assert cleanup.daily_metrics().record()["folded"] == 0
    assert sums(database, "days") == written == [(6, 6, 54000, 6)]


def test_a_day_that_was_missed_is_written_later(functions: Functions, database: Database) -> None:
    report(database, GOOD, hour=f"{day(2)} 12:00+06")
    cleanup.daily_metrics().record()
    report(database, GOOD, hour=f"{day(5)} 12:00+06")
    assert cleanup.daily_metrics().record()["folded"] == 1
    assert sums(database, "days") == sums(database, "hours")


def test_staff_see_kept_days_and_the_hours_after_them_once(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    report(database, *[GOOD] * 3, hour=f"{day(2)} 12:00+06")
    cleanup.daily_metrics().record()
    report(database, *[GOOD] * 4, {**GOOD, "start_ms": None, "play_ms": None, "failure": "network"})
    moderator = staff_browser(functions, database, sms_world, "moderator")
    page = moderator.get("/admin/playback")
    assert page.status == 200
    assert "Данных мало: сравнить нельзя" in page.words
    found = [line for line in page.text.splitlines() if "Яндекс</td>" in line]
    assert ["<td>3</td><td>3</td>" in line for line in found] == [False, True]
    assert "сеть 1" in page.words
    assert moderator.get("/admin/playback?days=7").status == 404


@pytest.mark.parametrize("metric", ["cdn_requests", "cdn_bytes", "cdn_error_share"])
def test_a_day_of_the_cdn_with_one_number_alone_is_shown(
    metric: str, functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    with database.connect() as connection:
        connection.execute("insert into metrics_daily (day, metric, value) values (%s, %s, 1)", [day(1), metric])
    page = staff_browser(functions, database, sms_world, "moderator").get("/admin/playback")
    assert page.status == 200


def test_who_has_no_role_sees_nothing(functions: Functions, database: Database, sms_world: SmsWorld) -> None:
    visitor = staff_browser(functions, database, sms_world, "moderator")
    with database.connect() as connection:
        connection.execute("update accounts set role = 'user' where role = 'moderator'")
    assert visitor.get("/admin/playback").status == 303


def test_enough_equal_views_end_in_a_verdict(functions: Functions, database: Database, sms_world: SmsWorld) -> None:
    for provider in ("api_video", "yandex"):
        report(database, *[{**GOOD, "provider": provider}] * 20, times=5)
    with database.connect() as connection:
        connection.execute("update quality_hours set batches = 5000, attempts = 100000")
    admin = staff_browser(functions, database, sms_world, "admin")
    assert "Яндекс не хуже: можно переносить остальное" in admin.get("/admin/playback").words
    with database.connect() as connection:
        connection.execute("update quality_hours set bad_views = 9000, failed_network = 9000 where provider = 'yandex'")
    assert "Яндекс хуже: остальное не переносить" in admin.get("/admin/playback").words


def test_sql_and_python_read_the_same_percentile_from_a_histogram(database: Database) -> None:
    for shape in ([5] * 94, [0] * 93 + [3], [4] + [0] * 93, [n % 7 for n in range(94)]):
        for share in (0.5, 0.95):
            [(found,)] = rows(
                database, "select private.quality_percentile(%s::bigint[], %s::numeric, 50)", shape, share
            )
            assert float(found) == pytest.approx(percentile(shape, share), rel=1e-4)


def test_cleanup_removes_what_has_served_in_batches(database: Database) -> None:
    report(database, GOOD)
    with database.connect() as connection:
        connection.execute("update quality_hours set hour = now() - interval '15 days'")
        connection.execute("update quality_senders set hour = now() - interval '4 hours'")
        connection.execute("update quality_salts set hour = now() - interval '3 hours'")
        connection.execute("update quality_batches set created_at = now() - interval '3 days'")
        [(removed,)] = connection.execute(
            "select jsonb_object_agg(kind, removed) from private.sweep_quality(1)"
        ).fetchall()
    assert {kind: count for kind, count in removed.items() if count} == {
        "quality_hours": 1, "quality_senders": 1, "quality_batches": 1
    }  # fmt: skip
    assert rows(database, "select count(*) from quality_salts") == [(0,)]
