"""Fields of Freedom Pay's forms and answers."""

from collections.abc import Mapping
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

from auto360.core.money import tyiyn_of_som
from auto360.providers.payments import BankUncertain, OrderState, SavedCard
from auto360.providers.payments.models import moment_of
from auto360.providers.payments.texts import is_whole

_STATES = {
    "success": OrderState.PAID,
    "ok": OrderState.PAID,
    "error": OrderState.FAILED,
    "failed": OrderState.FAILED,
    "rejected": OrderState.FAILED,
    "incomplete": OrderState.EXPIRED,
    "revoked": OrderState.REFUNDED,
    "refunded": OrderState.REFUNDED,
    "canceled": OrderState.CANCELED,
}
MAX_CHARACTERS = 128
"""Longest number or word."""
_ALWAYS_IN_CALLS = ("pg_amount", "pg_currency", "pg_order_id", "pg_payment_id", "pg_result", "pg_salt")
MERCHANT_THAT_COMES_BACK = "pg_param1"
"""Field with the merchant in every order; it is returned: the bank may omit its own."""


def is_call_to(merchant: str, fields: Mapping[str, str]) -> bool:
    """Return True for a webhook with every required field that names this merchant and no other."""
    merchants = {fields[name] for name in ("pg_merchant_id", MERCHANT_THAT_COMES_BACK) if name in fields}
    return merchants == {merchant} and all(0 < len(fields.get(name, "")) <= MAX_CHARACTERS for name in _ALWAYS_IN_CALLS)


def script_of(path: str) -> str:
    """Return the script name under which a call to a path is signed: its last part."""
    return path.partition("?")[0].rstrip("/").rpartition("/")[2]


def required_text(answer: Element, name: str, *, max_characters: int = MAX_CHARACTERS) -> str:
    """Return a required field of at most `max_characters` characters. Raises BankUncertain."""
    text = text_of(answer, name, max_characters=max_characters)
    if text is None:
        raise BankUncertain("unreadable")
    return text


def text_of(answer: Element, name: str, *, max_characters: int = MAX_CHARACTERS) -> str | None:
    """Return a field of an answer; None where it is missing or empty. Raises BankUncertain for one that is too long."""
    text = (answer.findtext(name) or "").strip()
    if len(text) > max_characters:
        raise BankUncertain("unreadable")
    return text or None


def state_of(answer: Element) -> OrderState:
    """Return the payment state of an answer; money only held on the card is not paid. Raises BankUncertain."""
    state = _STATES.get(required_text(answer, "pg_payment_status").lower(), OrderState.PENDING)
    is_held = state is OrderState.PAID and answer.findtext("pg_captured") == "0"
    return OrderState.PENDING if is_held else state


def amount_of(text: str | None) -> int:
    """Convert som to tyiyn. Raises BankUncertain, also for a refund's, which the bank writes as negative."""
    try:
        return tyiyn_of_som(text)
    except ValueError as error:
        raise BankUncertain("amount") from error


def refunded_of(answer: Element) -> int:
    """Return the refunded sum; the bank lists each refund with a negative amount."""
    if total := answer.findtext("pg_refund_amount"):
        return amount_of(total.strip().lstrip("-"))
    parts = [item for item in answer.iter("pg_refund_payment") if item.findtext("pg_payment_status") == "success"]
    return sum(amount_of((item.findtext("pg_amount") or "").strip().lstrip("-")) for item in parts)


def flag_of(text: str | None) -> bool | None:
    """Parse a flag written as 1 or 0."""
    return {"1": True, "0": False}.get((text or "").strip())


def form_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form; empty for a doubled, undecodable or unstorable field, so no signature is valid."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        return {}
    are_whole = all(is_whole(name) and is_whole(value) for name, value in pairs)
    return dict(pairs) if are_whole and len(dict(pairs)) == len(pairs) else {}


def saved_card_of(fields: Mapping[str, str]) -> SavedCard | None:
    """Return the profile for later debits in the answer of a paid order."""
    token = fields.get("pg_recurring_profile_id")
    if not token:
        return None
    digits = "".join(character for character in fields.get("pg_card_pan", "")[-4:] if character.isdecimal())
    expires_at = moment_of(fields.get("pg_recurring_profile_expiry_date"))
    return SavedCard(token, digits if len(digits) == 4 else None, expires_at)
