"""Days of the CDN: read once, filled later where they were missed, never counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auto360.container import cleanup
from auto360.core.clock import utc_now
from auto360.core.timezone import BISHKEK
from auto360.domains.analytics.daily import DailyMetrics
from auto360.providers.metrics import CdnDay, SourceFailure
from auto360.providers.metrics.yandex_cdn import YandexCdnTraffic, YandexCdnTrafficSettings
from auto360.providers.transport.connections import new_client
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_series import CdnSeries, CdnTraffic
from local.simulators.yandex_monitoring import Traffic, YandexMonitoring
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rows import rows

KEY = "k" * 40
SOME = CdnTraffic(1440, 144, 8e9, 2e9, {"2xx": 1425, "5xx": 15}, {"2xx": 72, "5xx": 72})


@pytest.fixture
def monitoring() -> YandexMonitoring:
    async def nothing(_seconds: int) -> Traffic:
        return Traffic()

    return YandexMonitoring("folder", "gateway", KEY, nothing, cdn=CdnSeries("bc8"))


@pytest.fixture
def cdn(monitoring: YandexMonitoring) -> Iterator[YandexCdnTraffic]:
    with served(Simulators(Phone(), {"ym": monitoring})) as url, new_client(timeout=5.0) as http:
        environ = {"YANDEX_MONITORING_URL": f"{url}/ym", "YANDEX_MONITORING_FOLDER": "folder"}
        settings = YandexCdnTrafficSettings.load({**environ, "YANDEX_CDN_RESOURCE_ID": "bc8"})
        yield YandexCdnTraffic(settings, http, authorize=lambda: f"Api-Key {KEY}")


@pytest.fixture
def job(functions: Functions, database: Database, cdn: YandexCdnTraffic) -> Iterator[DailyMetrics]:
    yield replace(cleanup.daily_metrics(), cdn=cdn)
    with database.connect() as connection:
        connection.execute("delete from metrics_daily where metric like 'cdn%'")


def approximately(day: CdnDay) -> Any:
    values: list[Any] = [value if value is None else pytest.approx(value) for value in vars(day).values()]
    return CdnDay(*values)


def ago(days: int) -> str:
    return (utc_now().astimezone(BISHKEK).date() - timedelta(days=days)).isoformat()


def requests_by_day(database: Database) -> dict[str, float]:
    found = rows(database, "select day::text, value from metrics_daily where metric = 'cdn_requests' order by day")
    return {day: float(value) for day, value in found}


def test_a_day_has_both_hit_ratios_errors_and_traffic(monitoring: YandexMonitoring, cdn: YandexCdnTraffic) -> None:
    monitoring.cdn.days["2026-03-01"] = SOME
    found = cdn.day(date(2026, 3, 1))
    assert found is not None
    assert list(vars(found).values()) == pytest.approx([1440, 144, 8e9, 2e9, 15 / 1440, 0.5])


def test_a_day_without_a_point_is_none_and_one_without_a_status_has_no_share(
    monitoring: YandexMonitoring, cdn: YandexCdnTraffic
) -> None:
    monitoring.cdn.days |= {"2026-03-01": None, "2026-03-02": CdnTraffic(10, 1, 100, 10)}
    assert cdn.day(date(2026, 3, 1)) is None
    assert cdn.day(date(2026, 3, 2)) == approximately(CdnDay(10, 1, 100, 10, None, None))


def test_another_resources_points_are_not_ours(monitoring: YandexMonitoring, cdn: YandexCdnTraffic) -> None:
    monitoring.cdn.resource_id = "bc9"
    assert cdn.day(date(2026, 3, 1)) is None


@pytest.mark.parametrize("mode", ["dead", "http_500", "denied", "garbage"])
def test_a_source_that_fails_does_so_without_its_text(
    monitoring: YandexMonitoring, cdn: YandexCdnTraffic, mode: str
) -> None:
    monitoring.turn({"mode": mode})
    with pytest.raises(SourceFailure) as failure:
        cdn.day(date(2026, 3, 1))
    assert "Permission" not in str(failure.value)


def test_missed_days_are_filled_and_none_is_counted_twice(
    monitoring: YandexMonitoring, job: DailyMetrics, database: Database
) -> None:
    monitoring.cdn.days = {ago(age): None for age in range(1, 31)} | {ago(1): SOME, ago(5): SOME}
    assert job.record()["cdn_days"] == 2
    assert requests_by_day(database) == {ago(5): pytest.approx(1440), ago(1): pytest.approx(1440)}
    # Late points of yesterday, and a day that could not be read before.
    monitoring.cdn.days |= {ago(1): replace(SOME, requests=1500), ago(9): SOME, ago(5): replace(SOME, requests=7)}
    assert job.record()["cdn_days"] == 2
    assert job.record()["cdn_days"] == 1
    assert requests_by_day(database) == {
        ago(9): pytest.approx(1440), ago(5): pytest.approx(1440), ago(1): pytest.approx(1500)
    }  # fmt: skip


def test_a_dead_source_stops_nothing_else_and_is_told(
    monitoring: YandexMonitoring, job: DailyMetrics, database: Database
) -> None:
    with database.connect() as connection:
        connection.execute("delete from metrics_daily where day = %s", [ago(1)])
    monitoring.turn({"mode": "dead"})
    with pytest.raises(SourceFailure):
        job.record()
    assert rows(database, "select count(*) from metrics_daily where metric = 'registrations' and day = %s", ago(1)) == [
        (1,)
    ]
    assert rows(database, "select last_error is not null from job_leases where job = 'daily_metrics'") == [(True,)]
    monitoring.turn({"mode": "ok"})
    assert job.record()["cdn_days"] == 30
