"""Simulated nikita behaves as docs/reference/sms-login.md says of the real one."""

from __future__ import annotations

import http.client
import time
from decimal import Decimal
from typing import Any

import pytest
from defusedxml.ElementTree import ParseError, fromstring

from tests.support.simulators import PHONE, Webhook, World, turn, value

CYRILLIC = "360Auto: код 482913"


def test_nikita_delivers_and_answers_in_its_namespace(providers: World) -> None:
    inner = f"<id>a1</id><sender>360AUTO</sender><text>{CYRILLIC}</text><phones><phone>{PHONE}</phone></phones>"
    answer = providers.nikita("message", inner)
    assert answer.tag == "{http://Giper.mobi/schema/Message}response"
    assert [(value(answer, name)) for name in ("id", "status", "phones", "smscnt")] == ["a1", "0", "1", "1"]
    (sms,) = providers.phone.inbox("+" + PHONE)
    assert (sms["phone"], sms["text"], sms["provider"]) == ("+" + PHONE, CYRILLIC, "nikita")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"login": "nobody"}, "2"),
        ({"message_id": "x" * 13}, "1"),
        ({"message_id": "a-b"}, "1"),
        ({"text": ""}, "1"),
        ({"text": "x" * 801}, "1"),
        ({"phones": []}, "1"),
        ({"phones": [PHONE] * 51}, "1"),
        ({"sender": "OTHER"}, "5"),
        ({"text": "stopword"}, "6"),
        ({"phones": [PHONE, "123"]}, "7"),
        ({"extra": "<time>tomorrow</time>"}, "8"),
        ({"extra": "<test>1</test>"}, "11"),
    ],
)
def test_nikita_refuses(providers: World, options: dict[str, Any], status: str) -> None:
    assert providers.send(**options) == status
    assert providers.phone.inbox() == []


def test_nikita_refuses_what_is_no_xml_or_brings_a_document_type(providers: World) -> None:
    for body in (b"not xml", b'<!DOCTYPE a [<!ENTITY b "c">]><message/>'):
        _, answer = providers.call("/nikita/api/message", body, "text/xml")
        assert value(fromstring(answer), "status") == "1"


def test_nikita_blocks_a_repeated_id_and_takes_plus_or_no_plus(providers: World) -> None:
    assert providers.send("one", phones=["+" + PHONE]) == "0"
    assert providers.send("one") == "10"
    assert len(providers.phone.inbox()) == 1


def test_nikita_bills_parts_times_phones_until_the_money_is_gone(providers: World) -> None:
    providers.named["nikita"].balance = Decimal("2.80")
    assert providers.send("a", text="ж" * 71, phones=[PHONE, "996700000001"]) == "0"
    assert value(providers.nikita("info", ""), "account") == "0.00"
    assert providers.send("b") == "4"


def test_nikita_reports_move_from_queue_to_phone_and_are_pushed(providers: World, provider_webhook: Webhook) -> None:
    provider_webhook.statuses = [500, 500]
    providers.send("a")
    seen = set()
    until = time.monotonic() + 3
    while "3" not in seen and time.monotonic() < until:
        answer = providers.nikita("dr", f"<id>a</id><phone>{PHONE}</phone>")
        assert (value(answer, "status"), value(answer, "number")) == ("0", PHONE)
        seen.add(value(answer, "report"))
    assert seen == {"0", "1", "3"}
    bodies = provider_webhook.wait_for(3)
    assert len(bodies) == 3
    pushed = fromstring(bodies[-1])
    assert pushed.tag == "{http://Giper.mobi/schema/DeliveryReport}report"
    assert (value(pushed, "id"), value(pushed, "report"), len(value(pushed, "rcvTime"))) == ("a", "3", 14)


def test_nikita_knows_no_report_of_others(providers: World) -> None:
    assert value(providers.nikita("dr", "<id>never</id>"), "status") == "4"
    assert value(providers.nikita("dr", "<id>never</id>", login="nobody"), "status") == "2"


def test_nikita_tells_the_operator_of_a_number(providers: World) -> None:
    answer = providers.nikita("def", f"<phone>{PHONE}</phone>")
    assert (value(answer, "status"), value(answer, "operator")) == ("0", "MEGA")
    assert value(providers.nikita("def", "<phone>5</phone>"), "status") == "3"


@pytest.mark.parametrize(("mode", "status"), [("busy_taken", "9"), ("repeat_taken", "10")])
def test_nikita_may_take_a_message_and_say_otherwise(providers: World, mode: str, status: str) -> None:
    turn(providers, "nikita", mode=mode)
    assert providers.send("a") == status
    assert providers.send("a") == "10"
    assert len(providers.phone.inbox()) == 1
    assert value(providers.nikita("dr", "<id>a</id>"), "status") == "0"


@pytest.mark.parametrize("status", range(1, 12))
def test_nikita_may_refuse_with_any_status(providers: World, status: int) -> None:
    turn(providers, "nikita", mode="status", status=status)
    assert providers.send() == str(status)
    assert providers.phone.inbox() == []


def test_nikita_may_lose_a_message(providers: World) -> None:
    turn(providers, "nikita", mode="undelivered")
    assert providers.send("a") == "0"
    time.sleep(0.4)
    assert value(providers.nikita("dr", "<id>a</id>"), "report") == "4"
    assert providers.phone.inbox() == []


@pytest.mark.parametrize("provider", ["nikita", "smsc"])
def test_a_dead_provider_tears_the_connection(providers: World, provider: str) -> None:
    turn(providers, provider, mode="dead")
    with pytest.raises((http.client.HTTPException, OSError)):
        providers.send() if provider == "nikita" else providers.smsc("send", phones=PHONE, mes="x")
    assert providers.phone.inbox() == []


def test_a_slow_nikita_takes_nothing_from_a_caller_who_left(providers: World) -> None:
    turn(providers, "nikita", mode="slow", seconds=1)
    with pytest.raises(TimeoutError):
        providers.send("a", seconds=0.3)
    with pytest.raises(TimeoutError):
        providers.nikita("dr", "<id>a</id>", seconds=0.3)
    time.sleep(1.2)
    assert providers.phone.inbox() == []
    assert providers.send("a") == "0"


def test_a_nikita_that_answers_late_has_taken_the_message(providers: World) -> None:
    turn(providers, "nikita", mode="slow_taken", seconds=1)
    with pytest.raises(TimeoutError):
        providers.send("a", seconds=0.3)
    assert len(providers.phone.inbox()) == 1
    assert value(providers.nikita("dr", "<id>a</id>", seconds=0.5), "status") == "0"


def test_nikita_may_answer_with_nonsense(providers: World) -> None:
    answers = {}
    for mode in ("http_500", "garbage", "bomb", "empty"):
        turn(providers, "nikita", mode=mode)
        answers[mode] = providers.call("/nikita/api/message", b"<message/>", "application/xml")
    assert answers["http_500"][0] == 500
    with pytest.raises(ParseError):
        fromstring(answers["garbage"][1])
    assert b"<!ENTITY" in answers["bomb"][1]
    assert answers["empty"] == (200, b"")
