"""Simulated SMSC behaves as docs/reference/sms-login.md says of the real one; what both providers share."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from urllib.parse import parse_qs, urlencode

import pytest

from local.simulators.segments import parts
from tests.support.simulators import PHONE, Webhook, World, turn

CYRILLIC = "360Auto: код 482913"


def test_smsc_delivers_and_tells_cost_and_balance(providers: World) -> None:
    answer = providers.smsc("send", phones=PHONE, mes=CYRILLIC, id="7", sender="360AUTO", cost="3")
    assert answer == {"id": 7, "cnt": 1, "cost": "4.1", "balance": "946.2"}
    (sms,) = providers.phone.inbox("+" + PHONE)
    assert (sms["text"], sms["provider"]) == (CYRILLIC, "smsc")


def test_smsc_without_a_character_set_reads_windows_1251(providers: World) -> None:
    body = urlencode({"login": "S", "psw": "W", "phones": PHONE, "mes": "код"}, encoding="utf-8").encode()
    providers.call("/smsc/sys/send.php", body, "application/x-www-form-urlencoded")
    assert providers.phone.inbox()[0]["text"] == "РєРѕРґ"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"mes": ""}, 1),
        ({"phones": ""}, 1),
        ({"id": str(2**31)}, 1),
        ({"psw": "wrong"}, 2),
        ({"time": "tomorrow"}, 5),
        ({"sender": "OTHER"}, 6),
        ({"phones": "0555"}, 7),
    ],
)
def test_smsc_refuses(providers: World, fields: dict[str, str], code: int) -> None:
    answer = providers.smsc("send", **{"phones": PHONE, "mes": "kod 482913", "id": "7", **fields})
    assert answer["error_code"] == code
    assert providers.phone.inbox() == []


def test_smsc_refuses_the_same_request_within_a_minute_and_without_money(providers: World) -> None:
    assert providers.smsc("send", phones=PHONE, mes="kod 1111")["cnt"] == 1
    assert providers.smsc("send", phones=PHONE, mes="kod 1111")["error_code"] == 9
    providers.named["smsc"].balance = Decimal(0)
    assert providers.smsc("send", phones=PHONE, mes="kod 2222")["error_code"] == 3
    assert len(providers.phone.inbox()) == 1


def test_smsc_status_and_signed_callback(providers: World, provider_webhook: Webhook) -> None:
    providers.smsc("send", phones=PHONE, mes="kod 482913", id="9")
    assert providers.smsc("status", phone=PHONE, id="9", all="0")["status"] == 0
    (body,) = provider_webhook.wait_for(1)
    form = {name: values[0] for name, values in parse_qs(body).items()}
    signed = f"9:{PHONE}:1:secret".encode()
    assert (form["id"], form["phone"], form["status"]) == ("9", PHONE, "1")
    assert form["md5"] == hashlib.md5(signed).hexdigest()  # noqa: S324
    assert form["sha1"] == hashlib.sha1(signed).hexdigest()  # noqa: S324
    assert providers.smsc("status", phone=PHONE, id="9")["status"] == 1
    assert providers.smsc("status", phone=PHONE, id="10")["status"] == -3
    answers = [providers.smsc("status", phone=PHONE, id="9") for _ in range(4)]
    assert answers[-1]["error_code"] == 9


def test_smsc_tells_its_balance_and_its_price(providers: World) -> None:
    assert providers.smsc("balance", cur="1") == {"balance": "950.3", "currency": "KZT"}
    assert providers.smsc("send", phones=PHONE, mes="ж" * 71, cost="1") == {"cost": "8.2", "cnt": 2}
    assert providers.phone.inbox() == []


@pytest.mark.parametrize("code", range(1, 10))
def test_smsc_may_refuse_with_any_error(providers: World, code: int) -> None:
    turn(providers, "smsc", mode="error", error_code=code)
    assert providers.smsc("send", phones=PHONE, mes="x")["error_code"] == code
    assert providers.phone.inbox() == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_of_a_message(text: str, count: int) -> None:
    assert parts(text) == count


def test_a_log_line_of_a_simulator_holds_no_number_and_no_text(
    providers: World, capsys: pytest.CaptureFixture[str]
) -> None:
    providers.send("a")
    providers.smsc("send", phones=PHONE, mes="kod 482913")
    printed = capsys.readouterr().out
    assert "sms taken" in printed
    assert PHONE not in printed
    assert "482913" not in printed
