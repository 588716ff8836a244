"""Mail, metrics and push notifications as recorded, between our clients, the simulators and a second opinion."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from typing import Any

import boto3
import httpx
import pytest
from botocore.awsrequest import AWSRequest
from botocore.stub import Stubber
from moto import mock_aws

from auto360.domains.monitoring.mail_channel import MailChannel
from auto360.providers.alert_channels import AlertMessage, ChannelFailure
from auto360.providers.email.events import read_event
from auto360.providers.email.ses import MailSettings, SesMail, ses_client
from auto360.providers.metrics import CdnDay, Sample
from auto360.providers.metrics.cloudwatch import CloudWatch, CloudWatchSettings
from auto360.providers.metrics.yandex import YandexMonitoring, YandexMonitoringSettings
from auto360.providers.metrics.yandex_cdn import YandexCdnTraffic, YandexCdnTrafficSettings
from auto360.providers.transport.connections import new_client
from local.simulators.mailbox import MailAccount, Mailbox
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_series import CdnSeries
from local.simulators.yandex_monitoring import Traffic
from local.simulators.yandex_monitoring import YandexMonitoring as MonitoringSide
from tests.support.recorded import Request, leaves, misfits, recorded, send, without
from tests.support.replay import Replay, mismatches, replaying

NOW = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
KEY = "demo-monitoring-key"
MESSAGE = AlertMessage("e-1", "team@360auto.example", "short", "Тема", "Текст", {})


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with new_client(timeout=5.0) as http:
        yield http


def test_yandex_monitoring_is_asked_and_read_as_recorded(replay: Replay, http: httpx.Client) -> None:
    samples = recorded("yandex_monitoring")
    settings = YandexMonitoringSettings.load(
        {
            "YANDEX_MONITORING_URL": replay.url,
            "YANDEX_MONITORING_FOLDER": "folder",
            "YANDEX_MONITORING_GATEWAY": "gateway",
        }
    )
    source = YandexMonitoring(settings, http, authorize=lambda: f"Api-Key {KEY}", now=lambda: NOW)
    replay.play(samples["by_code"], samples["by_bin"])
    # 12 points of 15 s: 90 requests and 9 failures.
    assert source.read() == [Sample("error_rate", 9.09), Sample("response_time", 2.0)]
    names = ("by_code", "by_bin")
    told = [mismatches(got, samples[name].request) for got, name in zip(replay.got, names, strict=True)]
    assert told == [[], []]


@pytest.fixture
def monitoring() -> Iterator[str]:
    async def measure(_seconds: int) -> Traffic:
        return Traffic({"200": 90, "500": 9}, {"100": 90, "2000": 9})

    side = MonitoringSide("folder", "gateway", KEY, measure, cdn=CdnSeries("bc8demo"))
    with served(Simulators(Phone(), {"ym": side})) as url:
        yield f"{url}/ym"


def test_a_day_of_the_cdn_is_asked_and_read_as_recorded(replay: Replay, http: httpx.Client) -> None:
    samples = recorded("yandex_monitoring")
    environ = {"YANDEX_MONITORING_URL": replay.url, "YANDEX_MONITORING_FOLDER": "folder"}
    settings = YandexCdnTrafficSettings.load({**environ, "YANDEX_CDN_RESOURCE_ID": "bc8demo"})
    requests, statuses = samples["cdn_requests"], samples["cdn_statuses"]
    replay.play(*[requests] * 4, *[statuses] * 8)
    found = YandexCdnTraffic(settings, http, authorize=lambda: f"Api-Key {KEY}").day(date(2025, 10, 8))
    # Two cells of five minutes, 10 and 2.5 a second; the same points as bits are an eighth in bytes.
    assert found == CdnDay(3750, 3750, 468.75, 468.75, 0.25, 0.25)
    assert mismatches(replay.got[0], requests.request) == []
    assert mismatches(replay.got[7], statuses.request) == []


@pytest.mark.parametrize("name", ["by_code", "by_bin", "cdn_requests", "cdn_statuses"])
def test_the_simulated_monitoring_answers_as_recorded(monitoring: str, http: httpx.Client, name: str) -> None:
    sample = recorded("yandex_monitoring")[name]
    assert misfits(send(http, monitoring, sample.request), sample.answer) == []
    for missing in sample.request.required:
        answer = send(http, monitoring, sample.request, body=without(sample.request, missing))
        assert answer.status_code == 400, missing


def mail(url: str) -> MailChannel:
    settings = MailSettings.load(
        {
            "MAIL_API_URL": url,
            "MAIL_ACCESS_KEY": "key",
            "MAIL_SECRET_KEY": "s" * 32,
            "MAIL_SENDER": "alerts@360auto.example",
        }
    )
    return MailChannel(SesMail(settings, ses_client(settings), now=lambda: NOW))


def test_mail_is_sent_as_recorded_and_a_recorded_refusal_is_one(replay: Replay) -> None:
    samples = recorded("postbox")
    replay.play(samples["send"])
    mail(replay.url).send(MESSAGE)
    (got,) = replay.got
    assert "/ru-central1/ses/aws4_request" in got.headers["Authorization"]
    assert (got.method, got.path) == ("POST", samples["send"].request.path)
    ours, theirs = leaves(got.body, "json"), leaves(samples["send"].request.body, "json")
    [raw, recorded_raw] = [headers_and_text(side.pop("Content.Raw.Data")) for side in (ours, theirs)]
    assert (ours, raw) == (theirs, recorded_raw)
    assert set(leaves(got.body, "json")) <= set(samples["send"].request.published)
    replay.play(samples["refused"])
    with pytest.raises(ChannelFailure, match="MessageRejected") as refused:
        mail(replay.url).send(MESSAGE)
    assert not refused.value.is_down


def headers_and_text(raw: object) -> dict[str, str]:
    """Return a raw mail's headers but its id, and its text."""
    message = message_from_bytes(base64.b64decode(str(raw)), policy=policy.default)
    found = {name: str(value) for name, value in message.items() if name != "Message-ID"}
    return {**found, "text": str(message.get_content()).strip()}


EVENTS = {
    "postbox_bounce": ("bounce", True),
    "postbox_full_mailbox": ("bounce", False),
    "postbox_suppressed": ("bounce", True),
    "postbox_delivery": ("delivery", False),
    "postbox_delay": None,
    "ses_bounce": ("bounce", True),
    "ses_transient": ("bounce", False),
    "ses_complaint": ("complaint", False),
}


@pytest.mark.parametrize("name", EVENTS)
def test_reports_of_mail_are_read_as_recorded(name: str) -> None:
    document = json.loads(recorded("postbox").webhooks[name].body)
    for report in document.get("messages", [document]):
        event = read_event(report)
        assert (event and (event.kind, event.is_permanent)) == EVENTS[name]
        assert event is None or (event.email_id, event.provider_ref) == ("e-1", report["mail"]["messageId"])


def signed(http: httpx.Client, base: str, request: Request, *, body: str | None = None) -> httpx.Response:
    """Send a recorded request with the signature of the account."""
    from botocore.auth import SigV4Auth
    from botocore.credentials import Credentials

    content = request.body if body is None else body
    headers = {"Content-Type": "application/json"} if content else {}
    made = AWSRequest(request.method, base + request.path, data=content.encode(), headers=headers)
    SigV4Auth(Credentials("key", "s" * 32), "ses", "ru-central1").add_auth(made)
    return http.request(made.method, made.url, headers=dict(made.headers), content=content.encode())


def test_the_simulated_mail_service_answers_as_recorded(http: httpx.Client) -> None:
    samples, side = recorded("postbox"), Mailbox(MailAccount("key", "s" * 32, "alerts@360auto.example"))
    with served(Simulators(Phone(), {"mail": side})) as url:
        for name, sample in samples.exchanges.items():
            answer = signed(http, f"{url}/mail", sample.request)
            assert misfits(answer, sample.answer) == [], name
            assert answer.headers.get("x-amzn-ErrorType") == sample.answer.headers.get("x-amzn-ErrorType")
        request = samples["send"].request
        for missing in request.required:
            answer = signed(http, f"{url}/mail", request, body=without(request, missing))
            assert answer.status_code == 400, missing


@mock_aws
def test_moto_takes_the_same_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ru-central1")
    client: Any = boto3.client("sesv2", "us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    client.create_email_identity(EmailIdentity="alerts@360auto.example")
    settings = MailSettings.load(
        {"MAIL_ACCESS_KEY": "k", "MAIL_SECRET_KEY": "s", "MAIL_SENDER": "alerts@360auto.example"}
    )
    MailChannel(SesMail(settings, client)).send(MESSAGE)
    elsewhere = settings.model_copy(update={"mail_sender": "nobody@elsewhere.example"})
    with pytest.raises(ChannelFailure):
        MailChannel(SesMail(elsewhere, client)).send(MESSAGE)


def moments(value: Any) -> Any:
    """Return recorded values with their times as the library has them."""
    if isinstance(value, dict):
        times = {"StartTime", "EndTime"}
        return {key: datetime.fromisoformat(item) if key in times else moments(item) for key, item in value.items()}
    if isinstance(value, list):
        return [datetime.fromisoformat(item) if str(item)[:3] == "202" else moments(item) for item in value]
    return value


def test_cloudwatch_is_asked_and_read_as_recorded() -> None:
    sample = recorded("cloudwatch")["metrics"]
    client: Any = boto3.client("cloudwatch", "eu-central-1", aws_access_key_id="k", aws_secret_access_key="s")
    asked, told = (moments(json.loads(text)) for text in (sample.request.body, sample.answer.body))
    with Stubber(client) as stubber:
        stubber.add_response("get_metric_data", told, asked)
        settings = CloudWatchSettings.load({"CLOUDWATCH_API_NAME": "auto360"})
        found = CloudWatch(settings, client, now=lambda: NOW).read()
        stubber.assert_no_pending_responses()
    assert found == [Sample("error_rate", 2.0), Sample("response_time", 0.42)]
