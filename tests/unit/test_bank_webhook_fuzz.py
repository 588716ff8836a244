"""Random webhooks of banks end in an answer, and what is read from them can be stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.domains.billing import reports
from auto360.observability.redaction import redact
from auto360.providers.payments import Callback, CallbackUnreadable, PaymentOutcome, WebhookAuthenticity
from tests.support.bank_documents import CALLS, assert_short, bank, call_of, stored_secrets, unhurried
from tests.support.banks import MAKERS
from tests.support.spoilt import TEXT, is_storable, spoilt


@pytest.mark.parametrize("name", MAKERS)
@unhurried
@given(data=st.data())
def test_no_call_breaks_the_check_the_reader_or_the_answer(name: str, data: st.DataObject) -> None:
    callbacks = bank(name).callbacks
    call = call_of(name, data.draw(spoilt(CALLS[name])))
    assert callbacks.verify(call) in WebhookAuthenticity
    assert is_storable(redact(call.body))
    for outcome in PaymentOutcome:
        assert callbacks.ack(outcome, call).status < 600
    try:
        told = callbacks.parse(call)
    except CallbackUnreadable:
        return
    report = reports.of_notification(told, is_confirmed=True)
    assert is_storable(report)
    assert 0 < len(told.event_key.encode()) <= 1200
    assert is_storable(told.event_key)
    assert_short(told.transaction_id, told.provider_ref, told.currency)
    if told.saved_card is not None:
        stored_secrets().digest(told.saved_card.token, purpose="x")


@pytest.mark.parametrize("name", MAKERS)
def test_the_webhooks_that_are_spoilt_are_whole_before(name: str) -> None:
    callbacks = bank(name).callbacks
    call = call_of(name, CALLS[name])
    assert callbacks.verify(call) is bank(name).capabilities.trust
    assert callbacks.parse(call).amount_tyiyn == 10_000


@pytest.mark.parametrize("name", MAKERS)
@unhurried
@given(
    path_secret=TEXT,
    header=TEXT,
    body=st.binary(max_size=200) | TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")),
)
def test_no_bytes_of_a_stranger_break_the_check(name: str, path_secret: str, header: str, body: bytes) -> None:
    callbacks = bank(name).callbacks
    for value in (header, f"Basic {header}"):
        call = Callback(f"/webhooks/payments/{name}", {"authorization": value}, body, path_secret)
        assert callbacks.verify(call) is WebhookAuthenticity.REJECTED
        assert is_storable(redact(body))
