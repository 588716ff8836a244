"""Contract of the sources of the API gateway's metrics, on a simulator of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import jwt
import pytest
from moto import mock_aws

from auto360.core.clock import utc_now
from auto360.providers.metrics import Sample, SourceFailure
from auto360.providers.metrics.cloudwatch import CloudWatch, CloudWatchSettings
from auto360.providers.metrics.supabase import SupabaseHost, SupabaseMetricSettings
from auto360.providers.metrics.yandex import YandexMonitoring, YandexMonitoringSettings
from auto360.providers.metrics.yandex_token import ServiceAccountToken
from auto360.providers.transport.connections import new_client
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.supabase_host import SupabaseHost as HostSimulator
from local.simulators.yandex_monitoring import Traffic
from local.simulators.yandex_monitoring import YandexMonitoring as Simulator
from tests.support.plain_http import plain_request

KEY = "k" * 40


async def nothing(_seconds: int) -> Traffic:
    return Traffic()


@pytest.fixture
def simulator() -> Simulator:
    """Yandex Monitoring."""
    return Simulator("folder", "gateway", KEY, nothing)


@pytest.fixture
def source(simulator: Simulator) -> Iterator[YandexMonitoring]:
    """Yield our client of it, with an API key."""
    with served(Simulators(Phone(), {"ym": simulator})) as url, new_client(timeout=5.0) as http:
        yield client(f"{url}/ym", http)


def client(url: str, http: httpx.Client, **more: Any) -> YandexMonitoring:
    environ = {
        "YANDEX_MONITORING_URL": url,
        "YANDEX_MONITORING_FOLDER": "folder",
        "YANDEX_MONITORING_GATEWAY": "gateway",
    }
    settings = YandexMonitoringSettings.load(environ)
    return YandexMonitoring(settings, http, **{"authorize": lambda: f"Api-Key {KEY}", "now": utc_now, **more})


def test_yandex_tells_error_rate_and_response_time(simulator: Simulator, source: YandexMonitoring) -> None:
    simulator.by_hand = Traffic(
        {"200": 930, "404": 30, "500": 25, "504": 15}, {"100": 900, "500": 40, "2000": 20, "5000": 40}
    )
    assert source.read() == [Sample("error_rate", 4.0), Sample("response_time", 2.0)]


CODES = {
    "200": 9000,
    "201": 400,
    "204": 200,
    "301": 100,
    "400": 50,
    "401": 60,
    "404": 90,
    "429": 20,
    "500": 50,
    "502": 30,
}
BINS = {
    "10": 5000,
    "20": 2000,
    "50": 1500,
    "100": 900,
    "200": 90,
    "500": 210,
    "1000": 100,
    "2000": 100,
    "5000": 50,
    "inf": 50,
}


@pytest.mark.parametrize("mode", ["ok", "parts"])
def test_a_busy_gateways_figures_are_right_and_fit_into_an_answer(
    simulator: Simulator, source: YandexMonitoring, mode: str
) -> None:
    simulator.paths = 281
    simulator.by_hand = Traffic(CODES, BINS)
    simulator.turn({"mode": mode})
    assert source.read() == [Sample("error_rate", 0.8), Sample("response_time", 0.5)]
    # Once more for each of the two metrics, where there are no sums to read.
    assert simulator.requests["read"] == (2 if mode == "ok" else 4)


def test_the_parts_of_a_busy_gateway_are_counted_twice_and_do_not_fit(simulator: Simulator) -> None:
    simulator.paths = 281
    simulator.by_hand = Traffic(CODES, BINS)
    query = '"api_gateway.requests_count_per_second"{service="serverless-apigateway", gateway="gateway", code="*"}'
    now = datetime.now(UTC)
    body = {"query": query, "fromTime": (now - timedelta(seconds=180)).isoformat(), "toTime": now.isoformat()}
    body |= {"downsampling": {"gridInterval": "15000"}}  # type: ignore[dict-item]
    with served(Simulators(Phone(), {"ym": simulator})) as url:
        headers = {"Authorization": f"Api-Key {KEY}"}
        target = f"{url}/ym/monitoring/v2/data/read?folderId=folder"
        answer = plain_request("POST", target, json=body, headers=headers, timeout=30)
    assert len(answer.content) > 2_000_000
    counted = sum(sum(each["timeseries"]["doubleValues"]) * 15 for each in answer.json()["metrics"])
    assert counted == pytest.approx(4 * sum(CODES.values()))


def test_a_gateway_is_found_by_its_id_or_by_its_name(simulator: Simulator) -> None:
    simulator.by_hand = Traffic({"200": 100}, {"100": 100})
    environ = {"YANDEX_MONITORING_FOLDER": "folder", "YANDEX_MONITORING_GATEWAY": "d5d0|gateway"}
    with served(Simulators(Phone(), {"ym": simulator})) as url, new_client(timeout=5.0) as http:
        settings = YandexMonitoringSettings.load({**environ, "YANDEX_MONITORING_URL": f"{url}/ym"})
        found = YandexMonitoring(settings, http, authorize=lambda: f"Api-Key {KEY}", now=utc_now)
        assert found.read()[0] == Sample("error_rate", 0.0)


def test_beyond_the_last_bucket_the_last_bound_is_told(simulator: Simulator, source: YandexMonitoring) -> None:
    simulator.by_hand = Traffic({"200": 100}, {"100": 50, "60000": 10, "inf": 40})
    assert source.read()[1] == Sample("response_time", 60.0)


def test_without_traffic_nothing_can_be_said_and_with_little_not_much(
    simulator: Simulator, source: YandexMonitoring
) -> None:
    assert [reading.value for reading in source.read()] == [None, None]
    simulator.by_hand = Traffic({"200": 15, "500": 4}, {"100": 19})
    assert source.read() == [Sample("error_rate", 21.05, weak=True), Sample("response_time", 0.1, weak=True)]


@pytest.mark.parametrize("mode", ["dead", "http_500", "denied", "garbage"])
def test_a_broken_yandex_is_a_failure_without_its_text(
    simulator: Simulator, source: YandexMonitoring, mode: str
) -> None:
    simulator.turn({"mode": mode})
    with pytest.raises(SourceFailure) as failure:
        source.read()
    assert "Permission" not in str(failure.value)


def test_the_token_of_the_service_account_is_kept_until_shortly_before_its_end(simulator: Simulator) -> None:
    with served(Simulators(Phone(), {"ym": simulator})) as url, new_client(timeout=5.0) as http:
        clock = [0.0]
        token = ServiceAccountToken(http, url=f"{url}/ym", now=lambda: clock[0])
        assert token() == f"Bearer {KEY}"
        simulator.api_key = "n" * 40
        clock[0] = 3500
        assert token() == f"Bearer {KEY}"
        clock[0] = 3541
        assert token() == f"Bearer {'n' * 40}"
        simulator.by_hand = Traffic({"200": 100}, {"100": 100})
        assert client(f"{url}/ym", http, authorize=token).read()[0] == Sample("error_rate", 0.0)


def test_outside_the_cloud_there_is_no_token() -> None:
    with new_client(timeout=5.0) as http, pytest.raises(SourceFailure, match="no_token"):
        ServiceAccountToken(http, url="http://127.0.0.1:9")()


@mock_aws
def test_cloudwatch_tells_error_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    aws = boto3.client("cloudwatch", region_name="eu-central-1")
    at = datetime.now(UTC) - timedelta(seconds=90)
    dimensions = [{"Name": "ApiName", "Value": "360auto"}]
    for name, values in {"Count": 100.0, "5XXError": 7.0}.items():
        data = {"MetricName": name, "Value": values, "Timestamp": at, "Dimensions": dimensions}
        aws.put_metric_data(Namespace="AWS/ApiGateway", MetricData=[data])
    source = CloudWatch(CloudWatchSettings.load({"CLOUDWATCH_API_NAME": "360auto"}), aws, now=utc_now)
    assert source.read()[0] == Sample("error_rate", 7.0)
    other = CloudWatch(CloudWatchSettings.load({"CLOUDWATCH_API_NAME": "other"}), aws, now=utc_now)
    assert [reading.value for reading in other.read()] == [None, None]


@pytest.fixture
def host() -> Iterator[tuple[HostSimulator, SupabaseHost]]:
    """Yield the machine of the database, and our client of its figures."""
    simulator = HostSimulator(KEY)
    service_key = jwt.encode({"role": "service_role"}, KEY, algorithm="HS256")
    with served(Simulators(Phone(), {"host": simulator})) as url, new_client(timeout=5.0) as http:
        environ = {
            "SUPABASE_METRICS_URL": f"{url}/host/customer/v1/privileged/metrics",
            "SUPABASE_SERVICE_ROLE_KEY": service_key,
        }
        yield simulator, SupabaseHost(SupabaseMetricSettings.load(environ), http)


def test_supabase_tells_disk_memory_and_load_of_its_machine(host: tuple[HostSimulator, SupabaseHost]) -> None:
    simulator, source = host
    simulator.turn({"mode": "ok", "disk": 71.5, "memory": 44, "cpu": 130})
    assert source.read() == [Sample("disk_usage", 71.5), Sample("memory_usage", 44.0), Sample("cpu_load", 130.0)]


def test_figures_that_are_missing_are_unknown(host: tuple[HostSimulator, SupabaseHost]) -> None:
    simulator, source = host
    simulator.turn({"mode": "silent"})
    assert [reading.value for reading in source.read()] == [None, None, None]


@pytest.mark.parametrize("mode", ["dead", "http_500", "denied", "garbage"])
def test_a_machine_that_does_not_tell_is_a_failure(host: tuple[HostSimulator, SupabaseHost], mode: str) -> None:
    simulator, source = host
    simulator.turn({"mode": mode})
    with pytest.raises(SourceFailure):
        source.read()
