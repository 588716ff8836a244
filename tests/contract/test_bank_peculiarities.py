"""Peculiarities of single banks."""

import contextlib
import dataclasses
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from auto360.core.clock import utc_now
from auto360.providers.payments import (
    BankRefused,
    BankUncertain,
    Callback,
    NewOrder,
    OrderRef,
    OrderState,
    OrderUnknown,
    PaymentOutcome,
    WebhookAuthenticity,
)
from auto360.providers.payments.freedom_pay_signature import is_signed, read_signed, sign
from auto360.providers.payments.models import attempt_of, short_id
from local.simulators.freedom_pay import FreedomPay
from local.simulators.mkassa import Mkassa, MkassaAccount
from tests.support.banks import BankWorld


def test_odengi_adds_up_two_payments_of_one_invoice(bank_world: BankWorld) -> None:
    bank = bank_world.bank("odengi")
    ref, _ = bank_world.make(bank)
    bank_world.act("odengi", "pay")
    bank_world.act("odengi", "pay")
    assert bank.orders.query(ref, timeout=5).amount_tyiyn == 20_000
    calls = bank_world.merchant.wait_for(2)
    assert len({bank.callbacks.parse(call).event_key for call in calls}) == 2


def test_odengi_makes_one_invoice_of_one_order_id(bank_world: BankWorld) -> None:
    bank = bank_world.bank("odengi")
    order = bank_world.order("odengi")
    first, second = (bank.orders.create(order, timeout=5) for _ in range(2))
    assert first.provider_ref == second.provider_ref


def test_odengi_tells_a_test_payment_from_a_real_one(bank_world: BankWorld) -> None:
    bank = bank_world.bank("odengi", ODENGI_TEST="true")
    assert bank.is_test
    bank_world.make(bank)
    bank_world.act("odengi", "pay")
    assert bank.callbacks.parse(bank_world.merchant.wait_for(1)[0]).is_test is True


def test_mbank_codes_live_a_minute_unless_the_contract_says_otherwise(bank_world: BankWorld) -> None:
    bank = bank_world.bank("mbank")
    _, made = bank_world.make(bank)
    assert made.expires_at <= utc_now() + timedelta(seconds=60)
    with pytest.raises(BankRefused):
        bank_world.make(bank_world.bank("mbank", MKASSA_LONG_LIVING="true"))
    side = bank_world.simulators["mbank"]
    assert isinstance(side, Mkassa)
    side.account = MkassaAccount(side.account.api_key, long_living=True)
    lasting = bank_world.bank("mbank", MKASSA_LONG_LIVING="true")
    _, made = bank_world.make(lasting)
    assert made.expires_at > utc_now() + timedelta(minutes=29)
    assert lasting.capabilities.lifetime > timedelta(minutes=1)


def test_mbank_shows_a_refund_of_its_cabinet(bank_world: BankWorld) -> None:
    bank = bank_world.bank("mbank")
    ref, _ = bank_world.make(bank)
    bank_world.act("mbank", "pay")
    bank_world.act("mbank", "refund")
    status = bank.orders.query(ref, timeout=5)
    assert (status.state, status.refunded_tyiyn) == (OrderState.REFUNDED, 10_000)
    assert bank.lists is not None
    day = timedelta(days=1)
    (line,) = bank.lists.payments(since=utc_now() - day, until=utc_now() + day, timeout=5)
    assert line.state is OrderState.REFUNDED


@pytest.mark.parametrize("ref", ["../v1/transactions", "a/b", "x?page=1", "x y", "..", ".", ""])
def test_a_number_never_leads_to_another_address(bank_world: BankWorld, ref: str) -> None:
    for name in ("mbank", "optima"):
        with contextlib.suppress(OrderUnknown):
            found = bank_world.bank(name).orders.query(OrderRef(bank_world.order(name).attempt_id, ref), timeout=5)
            assert found.state is OrderState.PENDING
        assert set(bank_world.simulators[name].requests) <= {"transaction", "info"}


def test_bakai_gives_a_pay_link_as_plain_text(bank_world: BankWorld) -> None:
    token = bank_world.keyring.bakai_paylink_token
    bank = bank_world.bank("bakai", BAKAI_QR_TOKEN="", BAKAI_PAYLINK_TOKEN=token)
    ref, made = bank_world.make(bank, 10_050)
    assert made.redirect_url == f"https://bakai24.app/paylink/{made.provider_ref}"
    assert made.qr_text is None
    assert bank.capabilities.redirect
    assert not bank.capabilities.qr
    assert bank_world.simulated("bakai").amount_tyiyn == 10_050
    bank_world.act("bakai", "pay")
    assert bank.orders.query(ref, timeout=5).state is OrderState.PAID


def test_bakai_refuses_the_token_of_the_other_service(bank_world: BankWorld) -> None:
    bank = bank_world.bank("bakai", BAKAI_QR_TOKEN=bank_world.keyring.bakai_paylink_token)
    with pytest.raises(BankRefused) as refusal:
        bank_world.make(bank)
    assert refusal.value.lasting


def test_bakai_gives_a_token_for_a_login_once(bank_world: BankWorld) -> None:
    side = bank_world.simulators["bakai"]
    side._logins[("l", "p")] = "token-1"  # type: ignore[attr-defined]
    url = f"{bank_world.url}/bakai/Auth/Login"
    answers = [bank_world.http.post(url, json={"login": "l", "password": "p"}) for _ in range(2)]
    assert answers[0].json() == {"token": "token-1"}
    assert answers[1].status_code == 401


def test_bakai_needs_a_token_of_one_service(bank_world: BankWorld) -> None:
    with pytest.raises(Exception, match="BAKAI_QR_TOKEN"):
        bank_world.bank("bakai", BAKAI_QR_TOKEN="")


def test_optima_carries_our_id_in_a_note_without_forbidden_characters(bank_world: BankWorld) -> None:
    bank = bank_world.bank("optima")
    ref, _ = bank_world.make(bank, description="«Премиум» <&> \\ " + "я" * 300)
    note = bank_world.simulated("optima").description
    assert note.startswith(short_id(ref.attempt_id) + " ")
    assert len(note) <= 120
    assert not re.search(r"[\\«»&<>]", note)


def test_optima_is_told_the_number_and_the_time_of_taking(bank_world: BankWorld) -> None:
    bank = bank_world.bank("optima")
    _, made = bank_world.make(bank)
    bank_world.act("optima", "pay")
    (call,) = bank_world.merchant.wait_for(1)
    answer = httpx.Response(200, text=bank.callbacks.ack(PaymentOutcome.TAKEN, call).body).json()
    assert answer["transactionId"] == made.provider_ref
    assert answer["receivedAt"]


def test_optima_statements_are_read_in_pieces_of_14_days(bank_world: BankWorld) -> None:
    bank = bank_world.bank("optima")
    assert bank.lists is not None
    list(bank.lists.payments(since=utc_now() - timedelta(days=40), until=utc_now(), timeout=5))
    assert bank_world.simulators["optima"].requests == {"statement": 3}


def test_freedom_pay_gives_money_back_whole_or_in_parts(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    assert bank.refunds is not None
    ref, _ = bank_world.make(bank)
    bank_world.act("freedompay", "pay")
    part = bank.refunds.refund(ref, amount_tyiyn=2_550, refund_id="r1", timeout=5)
    assert (part.provider_ref, part.is_done) == (f"{ref.provider_ref}:r1", False)
    status = bank.orders.query(ref, timeout=5)
    assert (status.state, status.amount_tyiyn, status.refunded_tyiyn) == (OrderState.PAID, 10_000, 2_550)
    with pytest.raises(BankRefused):
        bank.refunds.refund(ref, amount_tyiyn=7_451, refund_id="r2", timeout=5)
    bank.refunds.refund(ref, amount_tyiyn=7_450, refund_id="r3", timeout=5)
    status = bank.orders.query(ref, timeout=5)
    assert (status.state, status.refunded_tyiyn) == (OrderState.REFUNDED, 10_000)


def test_freedom_pay_sends_a_refund_once(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    assert bank.refunds is not None
    ref, _ = bank_world.make(bank)
    bank_world.act("freedompay", "pay")
    bank_world.turn("freedompay", "slow_made", seconds=5)
    with pytest.raises(BankUncertain):
        bank.refunds.refund(ref, amount_tyiyn=10_000, refund_id="r1", timeout=0.4)
    bank_world.turn("freedompay")
    assert bank.orders.query(ref, timeout=5).refunded_tyiyn == 10_000
    assert bank_world.simulators["freedompay"].requests["revoke.php"] == 1


def test_a_refund_found_instead_of_its_payment_decides_nothing(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    assert bank.refunds is not None
    ref, _ = bank_world.make(bank)
    bank_world.act("freedompay", "pay")
    bank.refunds.refund(ref, amount_tyiyn=100, refund_id="r1", timeout=5)
    with pytest.raises(BankUncertain):
        bank.orders.query(OrderRef(ref.attempt_id, None), timeout=5)


def test_freedom_pay_debits_a_card_that_was_kept(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    assert bank.debits is not None
    bank_world.make(bank, keep_card=True)
    bank_world.act("freedompay", "pay")
    card = bank.callbacks.parse(bank_world.merchant.wait_for(1)[0]).saved_card
    assert card is not None
    assert card.last_digits == "0293"
    assert card.expires_at is not None
    assert card.token not in repr(card)
    order = bank_world.order("freedompay", 50_000)
    made: NewOrder = bank.debits.charge(order, token=card.token, timeout=5)
    bank_world.merchant.wait_for(2)
    status = bank.orders.query(OrderRef(order.attempt_id, made.provider_ref), timeout=5)
    assert (status.state, status.amount_tyiyn) == (OrderState.PAID, 50_000)
    side = bank_world.simulators["freedompay"]
    assert isinstance(side, FreedomPay)
    side.profiles[card.token] = False
    with pytest.raises(BankRefused) as refusal:
        bank.debits.charge(bank_world.order("freedompay"), token=card.token, timeout=5)
    assert refusal.value.lasting


def test_a_card_is_not_kept_unasked(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    bank_world.make(bank)
    bank_world.act("freedompay", "pay")
    assert bank.callbacks.parse(bank_world.merchant.wait_for(1)[0]).saved_card is None


def test_freedom_pay_gets_a_signed_answer(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    bank_world.make(bank)
    bank_world.act("freedompay", "pay")
    (call,) = bank_world.merchant.wait_for(1)
    for outcome, word in (
        (PaymentOutcome.TAKEN, "ok"),
        (PaymentOutcome.REFUSED, "rejected"),
        (PaymentOutcome.LATER, "error"),
    ):
        answer = bank.callbacks.ack(outcome, call)
        fields = {item.tag: item.text or "" for item in fromstring(answer.body)}
        assert answer.content_type == "application/xml"
        assert fields["pg_status"] == word
        assert is_signed("freedompay", fields, bank_world.keyring.freedompay_secret_key)


def signed_form(world: BankWorld, **changes: str | None) -> Callback:
    """Return a call of Freedom Pay with other fields, under the right signature; None leaves a field out."""
    bank = world.bank("freedompay")
    world.make(bank)
    world.act("freedompay", "pay")
    call = world.merchant.wait_for(1)[-1]
    changed: dict[str, str | None] = {**dict(parse_qsl(call.body.decode())), **changes}
    fields = {name: value for name, value in changed.items() if value is not None and name != "pg_sig"}
    fields["pg_sig"] = sign("freedompay", fields, world.keyring.freedompay_secret_key)
    return dataclasses.replace(call, body=urlencode(fields).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"pg_param1": None},
        {"pg_param1": "999"},
        {"pg_merchant_id": "999"},
        {"pg_description": "a;b"},
        {"pg_card_owner": ";"},
        {"pg_a;b": "x"},
        {"order": "x"},
        {"PG_RESULT": "1"},
        {"pg_amount": None},
        {"pg_order_id": ""},
        {"pg_salt": None},
    ],
    ids=str,
)
def test_freedom_pay_fields_that_can_be_read_in_two_ways_or_name_no_merchant_prove_nothing(
    bank_world: BankWorld, changes: dict[str, str | None]
) -> None:
    callbacks = bank_world.bank("freedompay").callbacks
    assert callbacks.verify(signed_form(bank_world, pg_description="x")) is WebhookAuthenticity.VERIFIED
    assert callbacks.verify(signed_form(bank_world, **changes)) is WebhookAuthenticity.REJECTED


def test_freedom_pay_is_never_sent_a_value_with_the_separator(bank_world: BankWorld) -> None:
    bank = bank_world.bank("freedompay")
    bank_world.make(bank, description="Тариф; 30 дней")
    assert bank_world.simulated("freedompay").description == "Тариф, 30 дней"
    with pytest.raises(BankRefused, match="separator_in_value"):
        bank.orders.query(OrderRef(str(uuid4()), "1;2"), timeout=1)


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE r [<!ENTITY a "x">]><r><pg_status>&a;</pg_status></r>',
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        b"<r><pg_status>ok</pg_status></r>",
        b"<r><pg_status>ok</pg_status><pg_sig>00</pg_sig></r>",
        b"<r>",
        b"",
    ],
)
def test_an_answer_with_entities_or_without_a_signature_is_not_read(document: bytes) -> None:
    with pytest.raises(BankUncertain):
        read_signed(document, script="get_status3.php", secret="s")


def test_short_ids_lead_back_and_fit_into_25_characters(bank_world: BankWorld) -> None:
    for _ in range(500):
        attempt_id = bank_world.order("bakai").attempt_id
        assert len(short_id(attempt_id)) == 25
        assert attempt_of(short_id(attempt_id)) == attempt_of(attempt_id) == attempt_id
    assert attempt_of("z" * 25) is None
    assert attempt_of("pay_7f3a") is None


def test_the_page_of_an_order_shows_it_and_takes_what_a_person_does(bank_world: BankWorld) -> None:
    bank = bank_world.bank("optima")
    bank_world.make(bank, 10_050, description='<script>alert("x")</script>')
    (listed,) = bank_world.http.get(f"{bank_world.url}/_local/banks").json()
    page = bank_world.http.get(bank_world.url + listed["page"])
    assert page.headers["Content-Type"].startswith("text/html")
    assert "100.50 som" in page.text
    assert "<script>" not in page.text
    picture = bank_world.http.get(f"{bank_world.url}{listed['page']}/qr.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert bank_world.act("optima", "pay").json()["state"] == "paid"
    assert bank_world.act("optima", "refuse").status_code == 409
    assert bank_world.http.get(f"{bank_world.url}/_local/banks/optima/none").status_code == 404


def test_simulators_call_this_machine_only(bank_world: BankWorld) -> None:
    bank = bank_world.bank("odengi")
    bank_world.make(bank, callback_url="https://somebody.example/hook")
    assert bank_world.act("odengi", "pay").status_code == 200
    side = bank_world.simulators["odengi"]
    assert bank_world.told("odengi", 1) == ["paid: not sent, somebody.example is not this machine"]
    assert side.state()["orders"] == {"all": 1, "waiting": 0}
