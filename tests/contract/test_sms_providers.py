"""Contract of every SMS provider, on the simulator of each."""

import time

import pytest

from auto360.providers.sms import SmsFailure, SmsRefused, SmsUncertain, SmsUnreachable
from tests.support.sms import SmsWorld

PHONE = "+996700123456"
PROVIDERS = ("nikita", "smsc")
pytestmark = pytest.mark.parametrize("name", PROVIDERS)


def test_a_message_arrives_once_with_its_parts_and_cost(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    taken = provider.send(PHONE, "Салам <&> код", message_id=provider.message_id("sms-1"), timeout=2)
    assert sms_world.texts(PHONE) == ["Салам <&> код"]
    assert taken.parts == 1
    assert taken.cost_tyiyn is not None
    assert taken.cost_tyiyn > 0


def test_the_same_id_twice_is_one_message(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    message_id = provider.message_id("sms-2")
    provider.send(PHONE, "first", message_id=message_id, timeout=2)
    with pytest.raises(SmsUncertain):
        provider.send(PHONE, "first", message_id=message_id, timeout=2)
    assert len(sms_world.texts(PHONE)) == 1
    assert provider.has_accepted(PHONE, message_id=message_id, timeout=2) is True


def test_ids_are_stable_and_different(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    assert provider.message_id("a") == provider.message_id("a")
    assert len({provider.message_id(str(number)) for number in range(2000)}) == 2000


def test_an_unknown_message_was_not_taken(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    assert provider.has_accepted(PHONE, message_id=provider.message_id("never"), timeout=2) is False


def test_a_long_text_is_counted_in_parts(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    assert provider.send(PHONE, "я" * 71, message_id=provider.message_id("long"), timeout=2).parts == 2


@pytest.mark.parametrize(
    ("mode", "failure"),
    [("dead", (SmsUnreachable, SmsUncertain)), ("http_500", SmsUnreachable), ("garbage", SmsUncertain)],
)
def test_a_broken_provider_is_a_failure_of_the_right_kind(
    sms_world: SmsWorld, name: str, mode: str, failure: type[SmsFailure] | tuple[type[SmsFailure], ...]
) -> None:
    provider = sms_world.provider(name)
    sms_world.turn(name, mode)
    with pytest.raises(failure):
        provider.send(PHONE, "text", message_id=provider.message_id("x"), timeout=2)
    assert sms_world.texts(PHONE) == []


def test_a_slow_provider_ends_at_the_time_out_and_nothing_is_known(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    sms_world.turn(name, "slow")
    started = time.monotonic()
    with pytest.raises(SmsUncertain):
        provider.send(PHONE, "text", message_id=provider.message_id("x"), timeout=0.3)
    assert provider.has_accepted(PHONE, message_id=provider.message_id("x"), timeout=0.3) is None
    assert time.monotonic() - started < 10


def test_a_wrong_password_is_a_lasting_refusal(sms_world: SmsWorld, name: str) -> None:
    sms_world.turn(name, "status" if name == "nikita" else "error", **{"status" if name == "nikita" else "error": 2})
    provider = sms_world.provider(name)
    with pytest.raises(SmsRefused) as refusal:
        provider.send(PHONE, "text", message_id=provider.message_id("x"), timeout=2)
    assert refusal.value.lasting


def test_the_balance_is_told_in_tyiyn(sms_world: SmsWorld, name: str) -> None:
    account = sms_world.provider(name).account(timeout=2)
    assert account.balance_tyiyn > 0
    assert account.price_tyiyn == (70 if name == "nikita" else None)
    sms_world.turn(name, "dead")
    with pytest.raises(SmsFailure):
        sms_world.provider(name).account(timeout=1)


def test_a_report_tells_what_became_of_a_message(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    message_id = provider.message_id("report")
    assert provider.report(PHONE, message_id=message_id, timeout=2) is None
    provider.send(PHONE, "text", message_id=message_id, timeout=2)
    first = provider.report(PHONE, message_id=message_id, timeout=2)
    assert first is not None
    assert first.state == "pending"
    sms_world.let_time_pass(60)
    later = provider.report(PHONE, message_id=message_id, timeout=2)
    assert later is not None
    assert later.state == "delivered"
    sms_world.turn(name, "dead")
    with pytest.raises(SmsFailure):
        provider.report(PHONE, message_id=message_id, timeout=1)


def test_in_test_mode_a_message_is_checked_and_neither_sent_nor_billed(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name, test_mode=True)
    before = provider.account(timeout=2)
    taken = provider.send(PHONE, "text", message_id=provider.message_id("tried"), timeout=2)
    assert (taken.parts, taken.cost_tyiyn) == (1, 0)
    assert sms_world.texts(PHONE) == []
    assert provider.account(timeout=2) == before
    with pytest.raises(SmsFailure):
        provider.send("+99612", "text", message_id=provider.message_id("bad"), timeout=2)


def test_a_failure_never_carries_the_providers_text(sms_world: SmsWorld, name: str) -> None:
    provider = sms_world.provider(name)
    for mode in ("dead", "http_500", "garbage"):
        sms_world.turn(name, mode)
        with pytest.raises(SmsFailure) as failure:
            provider.send(PHONE, "secret text 4711", message_id=provider.message_id(mode), timeout=1)
        assert "4711" not in str(failure.value)
        assert len(failure.value.provider_code) <= 20
