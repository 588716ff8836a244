"""Nikita's own answers: every status of the vendor's table, and XML that lies in wait."""

import pytest

from auto360.providers.sms import SmsBadNumber, SmsFailure, SmsRefused, SmsUncertain
from auto360.providers.sms.nikita import read_leaves
from tests.support.sms import SmsWorld

PHONE = "+996700123456"


@pytest.mark.parametrize(
    ("status", "failure", "lasting"),
    [
        (1, SmsRefused, False),
        (2, SmsRefused, True),
        (3, SmsRefused, True),
        (4, SmsRefused, True),
        (5, SmsRefused, False),
        (6, SmsRefused, False),
        (7, SmsBadNumber, False),
        (8, SmsRefused, False),
        (9, SmsUncertain, False),
        (10, SmsUncertain, False),
        (11, SmsRefused, False),
    ],
)
def test_each_status_has_its_meaning(
    sms_world: SmsWorld, status: int, failure: type[SmsFailure], *, lasting: bool
) -> None:
    sms_world.turn("nikita", "status", status=status)
    provider = sms_world.provider("nikita")
    with pytest.raises(failure) as raised:
        provider.send(PHONE, "text", message_id=provider.message_id("x"), timeout=2)
    assert raised.value.lasting is lasting
    assert raised.value.provider_code == str(status)


@pytest.mark.parametrize("mode", ["garbage", "bomb", "empty"])
def test_an_answer_that_cannot_be_read_proves_nothing(sms_world: SmsWorld, mode: str) -> None:
    sms_world.turn("nikita", mode)
    provider = sms_world.provider("nikita")
    with pytest.raises(SmsUncertain):
        provider.send(PHONE, "text", message_id=provider.message_id("x"), timeout=2)


def test_an_id_is_twelve_letters_or_digits(sms_world: SmsWorld) -> None:
    message_id = sms_world.provider("nikita").message_id("0d6f9a9e-1b1c-4a6e-9f0e-1c2d3e4f5a6b")
    assert len(message_id) == 12
    assert message_id.isalnum()
    assert message_id.isascii()


def test_namespaces_are_ignored() -> None:
    live = b'<response xmlns="http://Giper.mobi/schema/Message"><status>0</status><smscnt>2</smscnt></response>'
    printed = b"<response><status>0</status><smscnt>2</smscnt></response>"
    assert read_leaves(live) == read_leaves(printed)
    assert read_leaves(live)["status"] == "0"


def test_a_document_type_is_refused_in_any_encoding() -> None:
    bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY e "x">]><a><status>&e;</status></a>'
    with pytest.raises(SmsUncertain):
        read_leaves(bomb.encode("utf-16"))
