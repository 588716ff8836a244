"""Authenticity of every bank's webhooks, on the simulator of each."""

import dataclasses
from uuid import UUID

import pytest

from auto360.providers.payments import (
    Bank,
    Callback,
    CallbackUnreadable,
    OrderState,
    PaymentOutcome,
    WebhookAuthenticity,
)
from tests.support.banks import MAKERS, BankWorld

pytestmark = pytest.mark.parametrize("name", MAKERS)

OTHER_MERCHANT = {
    "odengi": {"ODENGI_SID": "999"},
    "mbank": {"MKASSA_CALLBACK_SECRET": "another-secret-of-24-characters"},
    "bakai": {"BAKAI_ACCOUNT": "9" * 16},
    "optima": {"OPTIMA_CALLBACK_LOGIN": "somebody"},
    "freedompay": {"FREEDOMPAY_MERCHANT_ID": "999", "FREEDOMPAY_SECRET_KEY": "another-key"},
}


def paid_call(world: BankWorld, bank: Bank, amount: int = 10_000) -> tuple[str, str, Callback]:
    """Make and pay an order; gives its ids and the bank's call."""
    ref, made = world.make(bank, amount)
    world.act(bank.name, "pay")
    return ref.attempt_id, made.provider_ref, world.merchant.wait_for(1)[-1]


def test_a_genuine_call_is_worth_what_the_flags_say(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    _, _, call = paid_call(bank_world, bank)
    assert bank.callbacks.verify(call) is bank.capabilities.trust


def test_a_call_says_which_order_was_paid_and_how_much(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    attempt_id, provider_ref, call = paid_call(bank_world, bank, 10_050)
    told = bank.callbacks.parse(call)
    assert (told.state, told.amount_tyiyn, told.currency) == (OrderState.PAID, 10_050, "KGS")
    assert told.attempt_id == attempt_id
    assert UUID(told.attempt_id)
    # O!Деньги names its invoice nowhere in the call.
    assert told.provider_ref == (None if name == "odengi" else provider_ref)
    assert told.transaction_id
    assert not told.is_test


def test_repeats_of_an_event_have_one_key_and_other_events_another(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    bank_world.turn(name, callbacks="five_times")
    bank_world.make(bank)
    bank_world.act(name, "pay")
    keys = {bank.callbacks.parse(call).event_key for call in bank_world.merchant.wait_for(5)}
    assert len(keys) == 1
    bank_world.make(bank)
    bank_world.act(name, "pay")
    calls = bank_world.merchant.wait_for(10)
    assert len({bank.callbacks.parse(call).event_key for call in calls}) == 2
    assert all(0 < len(key) <= 300 for key in keys)


def test_events_in_any_order_keep_their_own_state(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    bank_world.turn(name, callbacks="out_of_order")
    bank_world.make(bank)
    bank_world.act(name, "pay")
    # Freedom Pay says nothing of an order that only waits.
    calls = bank_world.merchant.wait_for(2 if name == "freedompay" else 3)
    told = {notification.event_key: notification.state for notification in map(bank.callbacks.parse, calls)}
    assert OrderState.PAID in told.values()
    assert len(told) == len(calls)


def test_a_forged_call_is_rejected(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    bank_world.turn(name, callbacks="forged")
    bank_world.make(bank)
    assert bank.callbacks.verify(bank_world.merchant.wait_for(1)[0]) is WebhookAuthenticity.REJECTED


def test_a_call_for_another_merchant_is_rejected(bank_world: BankWorld, name: str) -> None:
    _, _, call = paid_call(bank_world, bank_world.bank(name))
    assert bank_world.bank(name, **OTHER_MERCHANT[name]).callbacks.verify(call) is WebhookAuthenticity.REJECTED


def test_a_changed_body_is_no_proof(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    _, _, call = paid_call(bank_world, bank)
    for old, new in ((b"10000", b"20000"), (b"100.00", b"200.00"), (b"100.0", b"200.0")):
        changed = dataclasses.replace(call, body=call.body.replace(old, new))
        if changed.body != call.body:
            assert bank.callbacks.verify(changed) is not WebhookAuthenticity.VERIFIED


def test_a_signature_is_not_taken_from_the_path_at_which_a_call_came(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    _, _, call = paid_call(bank_world, bank)
    if bank.capabilities.signature == "pg_sig":
        for path in (f"{call.path}/revoke.php", "/webhooks/payments/other", f"{call.path};1"):
            assert bank.callbacks.verify(dataclasses.replace(call, path=path)) is WebhookAuthenticity.REJECTED


def test_a_signed_call_about_another_amount_tells_that_amount(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    bank_world.turn(name, callbacks="other_amount")
    _, _, call = paid_call(bank_world, bank)
    assert bank.callbacks.verify(call) is bank.capabilities.trust
    assert bank.callbacks.parse(call).amount_tyiyn == 9_900


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"a":' * 5_000,
        b"a=1&a=2",
        b"<a/>",
        b"x" * 65_536,
    ],
    ids=range(12),
)
def test_nonsense_is_never_a_proof_and_never_breaks_anything(bank_world: BankWorld, name: str, body: bytes) -> None:
    bank = bank_world.bank(name)
    _, _, genuine = paid_call(bank_world, bank)
    for call in (Callback(genuine.path, {}, body), dataclasses.replace(genuine, body=body)):
        assert bank.callbacks.verify(call) is not WebhookAuthenticity.VERIFIED
        with pytest.raises(CallbackUnreadable):
            bank.callbacks.parse(call)
        for outcome in PaymentOutcome:
            assert bank.callbacks.ack(outcome, call).status in (200, 401, 403, 500, 503)


def test_without_credentials_nothing_is_believed(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    _, _, call = paid_call(bank_world, bank)
    bare = Callback(call.path, {}, call.body, None)
    if bank.capabilities.signature in ("basic", "none"):
        assert bank.callbacks.verify(bare) is WebhookAuthenticity.REJECTED
        for secret in ("", "wrong", "с кириллицей"):
            assert bank.callbacks.verify(dataclasses.replace(bare, path_secret=secret)) is WebhookAuthenticity.REJECTED
    for header in ("Basic", "Basic !!!", "Basic Og==", "Bearer abc", "Basic " + "A" * 9000):
        with_header = dataclasses.replace(bare, headers={"authorization": header})
        assert bank.callbacks.verify(with_header) is not WebhookAuthenticity.UNVERIFIED


def test_the_bank_stops_when_told_that_the_call_is_taken(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    bank_world.merchant.answer = lambda call: bank.callbacks.ack(PaymentOutcome.TAKEN, call)
    paid_call(bank_world, bank)
    bank_world.make(bank)
    bank_world.act(name, "pay")
    bank_world.merchant.wait_for(2)
    assert [call.rpartition(" ")[2] for call in bank_world.told(name, 1)] == ["200"]
    assert len(bank_world.merchant.calls) == 2


def test_the_bank_repeats_when_told_to(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    outcomes = [PaymentOutcome.LATER, PaymentOutcome.LATER, PaymentOutcome.TAKEN]
    bank_world.merchant.answer = lambda call: bank.callbacks.ack(outcomes.pop(0), call)
    paid_call(bank_world, bank)
    calls = bank_world.merchant.wait_for(3)
    assert len({bank.callbacks.parse(call).event_key for call in calls}) == 1
    assert not outcomes
