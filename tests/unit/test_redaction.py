"""Redaction: stored provider payloads name no person and no card."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.observability.redaction import is_card_number, redact

CARD = "4242424242424242"


def luhn(stem: str) -> str:
    """Return a number that ends with the right check digit."""
    return next(stem + str(digit) for digit in range(10) if is_card_number(stem + str(digit)))


def test_a_call_keeps_its_shape_and_loses_persons_and_secrets() -> None:
    call = {
        "trans_id": "555001",
        "amount": 10000,
        "test": False,
        "paid_at": None,
        "mobile": "996700123456",
        "fname": "Азамат",
        "payer": {"firstName": "Азамат", "e_mail": "a@b.kg", "cards": [{"pan": CARD, "cvc": "123"}]},
        "hash": "af16c9be",
        "comment": f"paid by +996 700 12 34 56 with {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}, a@b.kg",
    }
    assert json.loads(redact(json.dumps(call).encode())) == {
        "trans_id": "555001",
        "amount": 10000,
        "test": False,
        "paid_at": None,
        "mobile": "***",
        "fname": "***",
        "payer": {"firstName": "***", "e_mail": "***", "cards": [{"pan": "***4242", "cvc": "***"}]},
        "hash": "***",
        "comment": "paid by *** with ***4242, ***",
    }


def test_forms_and_xml_are_redacted_too() -> None:
    form = f"pg_order_id=7&pg_user_phone=0700123456&pg_amount=100.00&pg_sig=ab&pg_param1={CARD}&pg_card_name=A+B"
    assert redact(form.encode()) == (
        "pg_order_id=7&pg_user_phone=***&pg_amount=100.00&pg_sig=***&pg_param1=***4242&pg_card_name=***"
    )
    xml = f"<r><pg_user_email>a@b.kg</pg_user_email><pg_amount>100.00</pg_amount><x>{CARD}</x></r>"
    assert (
        redact(xml.encode()) == "<r><pg_user_email>***</pg_user_email><pg_amount>100.00</pg_amount><x>***4242</x></r>"
    )


@given(st.text(alphabet="0123456789", min_size=12, max_size=18).filter(lambda stem: len(set(stem)) > 1))
def test_no_card_number_of_13_to_19_digits_survives(stem: str) -> None:
    number = luhn(stem)
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    for text in (number, spaced, f"n:{number};", json.dumps({"a": number}), json.dumps({"a": int("1" + number[1:])})):
        if text == json.dumps({"a": int("1" + number[1:])}) and not is_card_number("1" + number[1:]):
            continue
        kept = redact(text.encode())
        assert number not in kept
        assert spaced not in kept


def test_long_numbers_that_are_no_cards_stay() -> None:
    for number in ("1240000000000001", "1" * 16, "12345678901234567890123"):
        assert redact(json.dumps({"account": number}).encode()) == json.dumps(
            {"account": number}, separators=(",", ":")
        )


@given(st.binary(max_size=400))
def test_any_bytes_can_be_stored(body: bytes) -> None:
    kept = redact(body)
    assert len(kept) <= 16_000
    assert "\x00" not in kept


@pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 100_000, b'{"a":' * 1000, b"a=1&" * 30_000])
def test_hostile_bodies_are_cut_off(body: bytes) -> None:
    assert len(redact(body)) <= 16_000
