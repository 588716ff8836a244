"""SMS providers as recorded: our clients send what the samples hold and read them; the simulators do the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest

from auto360.providers.sms import SmsAccepted, SmsAccount, SmsRefused, SmsReport
from auto360.providers.sms.nikita import NikitaSettings, NikitaSms
from auto360.providers.sms.nikita_push import NikitaPushReader
from auto360.providers.sms.smsc import SmscSettings, SmscSms
from auto360.providers.sms.smsc_push import SmscPushReader, SmscPushSettings
from auto360.providers.transport.connections import new_client
from local.simulators.nikita import Nikita, NikitaAccount
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.smsc import Smsc, SmscAccount
from tests.support.lines import lines_of
from tests.support.recorded import differences, leaves, misfits, recorded, send, without
from tests.support.replay import Replay, mismatches, replaying
from tests.support.simulators import Webhook, provider_webhook  # noqa: F401 - a fixture

PHONE, TEXT = "+996550123456", "360Auto: код 482913 & никому"
SECONDS = 5.0


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with new_client(timeout=SECONDS) as http:
        yield http


@dataclass
class Sides:
    """Both simulators, with the accounts of the samples."""

    nikita: Nikita
    smsc: Smsc
    url: str


@pytest.fixture
def sides(provider_webhook: Webhook) -> Iterator[Sides]:  # noqa: F811
    phone = Phone()
    nikita = Nikita(
        NikitaAccount("login", "passwd", ("My-company",), provider_webhook.url, Decimal("0.50"), (0.0, 0.01), 0.05),
        phone,
    )
    smsc = Smsc(
        SmscAccount("login", "passwd", ("360AUTO",), provider_webhook.url, "a-callback-secret", delay=0.01), phone
    )
    with served(Simulators(phone, {"nikita": nikita, "smsc": smsc})) as url:
        yield Sides(nikita, smsc, url)


def nikita(replay: Replay, http: httpx.Client) -> NikitaSms:
    return NikitaSms(
        NikitaSettings.load(
            {
                "NIKITA_SMS_API_URL": replay.url,
                "NIKITA_SMS_LOGIN": "login",
                "NIKITA_SMS_PASSWORD": "passwd",
                "NIKITA_SMS_SENDER": "My-company",
            }
        ),
        lines_of(http),
    )


def smsc(replay: Replay, http: httpx.Client, *, test_mode: bool = False) -> SmscSms:
    settings = SmscSettings.load(
        {"SMSC_API_URL": replay.url, "SMSC_LOGIN": "login", "SMSC_PASSWORD": "passwd", "SMSC_SENDER": "360AUTO"}
    )
    return SmscSms(settings, lines_of(http), test_mode=test_mode)


def test_nikita_is_called_and_read_as_recorded(replay: Replay, http: httpx.Client) -> None:
    samples, client = recorded("nikita"), nikita(replay, http)
    replay.play(samples["send"], samples["report"], samples["report_of_nothing"], samples["account"])
    assert client.send(PHONE, TEXT, message_id="k3f9a0z1b7qx", timeout=SECONDS) == SmsAccepted(1, 200)
    assert client.report(PHONE, message_id="k3f9a0z1b7qx", timeout=SECONDS) == SmsReport("delivered", "3")
    assert client.report(PHONE, message_id="neversent", timeout=SECONDS) is None
    assert client.account(timeout=SECONDS) == SmsAccount(2_012_312, 50)
    names = ("send", "report", "report_of_nothing", "account")
    told = [mismatches(got, samples[name].request) for got, name in zip(replay.got, names, strict=True)]
    assert told == [[], [], [], []]


def test_a_refusal_of_nikita_for_want_of_money_lasts(replay: Replay, http: httpx.Client) -> None:
    replay.play(recorded("nikita")["no_money"])
    with pytest.raises(SmsRefused) as refused:
        nikita(replay, http).send(PHONE, TEXT, message_id="k3f9a0z1b7qx", timeout=SECONDS)
    assert (refused.value.provider_code, refused.value.lasting) == ("4", True)


def test_receipts_pushed_by_nikita_are_read_one_by_one() -> None:
    read = NikitaPushReader().read(recorded("nikita").webhooks["receipts"].body.encode())
    assert [(each.message_id, each.phone, each.report.state) for each in read] == [
        ("A881726", "+996550123456", "delivered"),
        ("A881726", "+996550123457", "failed"),
        ("A887236", "+996550123458", "pending"),
    ]


def test_smsc_is_called_and_read_as_recorded(replay: Replay, http: httpx.Client) -> None:
    samples, client = recorded("smsc"), smsc(replay, http)
    replay.play(samples["send"], samples["report"], samples["account"], samples["price"])
    sent = client.send(PHONE, "360Auto: код 482913", message_id="1234567", timeout=SECONDS)
    assert sent == SmsAccepted(1, 410)
    assert client.report(PHONE, message_id="1234567", timeout=SECONDS) == SmsReport("delivered", "1")
    assert client.account(timeout=SECONDS) == SmsAccount(95_030)
    tried = smsc(replay, http, test_mode=True)
    assert tried.send(PHONE, "360Auto: код 482913", message_id="1234567", timeout=SECONDS) == SmsAccepted(1, 0)
    names = ("send", "report", "account", "price")
    told = [mismatches(got, samples[name].request) for got, name in zip(replay.got, names, strict=True)]
    assert told == [[], [], [], []]


def test_a_refusal_of_smsc_for_want_of_money_lasts(replay: Replay, http: httpx.Client) -> None:
    replay.play(recorded("smsc")["no_money"])
    with pytest.raises(SmsRefused) as refused:
        smsc(replay, http).send(PHONE, "x", message_id="1", timeout=SECONDS)
    assert (refused.value.provider_code, refused.value.lasting) == ("3", True)


def test_a_callback_of_smsc_is_proved_and_read() -> None:
    reader = SmscPushReader(SmscPushSettings.load({"SMSC_CALLBACK_SECRET": "a-callback-secret"}))
    (read,) = reader.read(recorded("smsc").webhooks["receipt"].body.encode())
    assert (read.message_id, read.phone, read.report.state) == ("1234567", PHONE, "delivered")


@pytest.mark.parametrize("name", ["protocol_example", "send", "report", "report_of_nothing", "account"])
def test_the_simulated_nikita_answers_as_recorded(sides: Sides, http: httpx.Client, name: str) -> None:
    samples, base = recorded("nikita"), f"{sides.url}/nikita"
    if name == "report":
        send(http, base, samples["send"].request)
        sides.nikita.let_time_pass(1)
    answer = send(http, base, samples[name].request)
    assert misfits(answer, samples[name].answer) == []
    wanted = leaves(samples[name].answer.body, "xml")
    assert leaves(answer.content, "xml")["status"] == wanted["status"]


def test_the_simulated_nikita_refuses_for_want_of_money_as_recorded(sides: Sides, http: httpx.Client) -> None:
    sides.nikita.balance, sample = Decimal(0), recorded("nikita")["no_money"]
    answer = send(http, f"{sides.url}/nikita", sample.request)
    assert misfits(answer, sample.answer) == []
    assert leaves(answer.content, "xml")["status"] == "4"


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("nikita", "send"),
        ("nikita", "report"),
        ("nikita", "account"),
        ("smsc", "send"),
        ("smsc", "report"),
        ("smsc", "account"),
    ],
)
def test_simulators_refuse_a_request_without_a_required_field(
    sides: Sides, http: httpx.Client, provider: str, name: str
) -> None:
    request = recorded(provider)[name].request
    for missing in request.required:
        answer = send(http, f"{sides.url}/{provider}", request, body=without(request, missing))
        found = leaves(answer.content, answer.headers["Content-Type"])
        assert "error_code" in found or found.get("status") not in ("0", 0), missing


@pytest.mark.parametrize("name", ["send", "price", "report", "account"])
def test_the_simulated_smsc_answers_as_recorded(sides: Sides, http: httpx.Client, name: str) -> None:
    samples, base = recorded("smsc"), f"{sides.url}/smsc"
    if name == "report":
        send(http, base, samples["send"].request)
        sides.smsc.let_time_pass(1)
    answer = send(http, base, samples[name].request)
    assert misfits(answer, samples[name].answer) == []


def test_the_simulated_smsc_refuses_for_want_of_money_as_recorded(sides: Sides, http: httpx.Client) -> None:
    sides.smsc.balance, sample = Decimal(0), recorded("smsc")["no_money"]
    answer = send(http, f"{sides.url}/smsc", sample.request)
    assert misfits(answer, sample.answer) == []
    assert answer.json()["error_code"] == 3


@pytest.mark.parametrize(("provider", "name"), [("nikita", "receipts"), ("smsc", "receipt")])
def test_simulators_push_receipts_as_recorded(
    sides: Sides,
    http: httpx.Client,
    provider_webhook: Webhook,  # noqa: F811
    provider: str,
    name: str,
) -> None:
    samples = recorded(provider)
    send(http, f"{sides.url}/{provider}", samples["send"].request)
    sample = samples.webhooks[name]
    kind = sample.headers["Content-Type"]
    (body,) = provider_webhook.wait_for(1)
    assert differences(leaves(body, kind), leaves(sample.body, kind), sample.optional, sample.also) == []
