"""ELQR, the national QR: reading the text of a bank's code, and checking it before it is shown.

Text: two digits tag, two digits length in characters, value; spec 1.3.1 (docs/reference/payments.md, section 2). The
check sum is the last four hexadecimal digits of the SHA-256 of the text before tag 63. It finds mistakes and proves
nothing, being public. So this check guards against wrong units and against codes whose amount the payer may
change; the paid amount is queried at the bank.
"""

import hashlib
from dataclasses import dataclass
from urllib.parse import unquote

from auto360.providers.payments import AnswerUnsafe
from auto360.providers.payments.texts import is_whole

SOM_NUMBER = "417"
_STATIC, _DYNAMIC, _EDITABLE = "11", "12", "11"
_MAX_CHARACTERS = 1024


class NotElqr(ValueError):
    """No ELQR code, or a wrong check sum."""


@dataclass(frozen=True)
class Elqr:
    """Relevant parts of a code."""

    is_dynamic: bool
    is_editable: bool | None
    amount_tyiyn: int | None
    currency: str | None
    payee: str
    provider: str
    transaction_id: str


def text_of(code: str) -> str:
    """Return the text of a code given as text or as a bank's link with the text behind `#`, decoded."""
    return unquote(code.partition("#")[2]) if code.startswith("https://") else code


def checksum(text_before: str) -> str:
    """Return the four digits for a text that ends before `6304`."""
    return hashlib.sha256(text_before.encode()).hexdigest()[-4:]


def parse(text: str) -> Elqr:
    """Parse a code. Raises NotElqr."""
    if len(text) > _MAX_CHARACTERS or text[-8:-4] != "6304" or not is_whole(text):
        raise NotElqr("no check sum at the end")
    if checksum(text[:-8]) != text[-4:].lower():
        raise NotElqr("wrong check sum")
    fields = _fields(text[:-8])
    provider = _fields(fields.get("32", ""))
    amount = fields.get("54")
    if fields.get("00") != "01" or (amount is not None and not (amount.isascii() and amount.isdecimal())):
        raise NotElqr("unknown version or amount")
    return Elqr(
        is_dynamic=fields.get("01") == _DYNAMIC,
        is_editable=provider["12"] == _EDITABLE if "12" in provider else None,
        amount_tyiyn=int(amount) if amount is not None else None,
        currency=fields.get("53"),
        payee=fields.get("59", ""),
        provider=provider.get("00", ""),
        transaction_id=provider.get("11", ""),
    )


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag + length).isascii() or not (tag + length).isdecimal() or len(tag + length) != 4:
            raise NotElqr("a tag or a length is no number")
        end = at + 4 + int(length)
        if end > len(text) or tag in found:
            raise NotElqr("a value is cut off, or a tag stands twice")
        found[tag], at = text[at + 4 : end], end
    return found


def require_payable(code: str, *, amount_tyiyn: int) -> str:
    """Return the text of a bank's code for exactly this amount in som, once, unchangeable.

    Raises AnswerUnsafe: a mistake of units would otherwise show only in the displayed amount.
    """
    text = text_of(code)
    try:
        elqr = parse(text)
    except NotElqr as error:
        raise AnswerUnsafe("qr_unreadable") from error
    if not elqr.is_dynamic:
        raise AnswerUnsafe("qr_static")
    if elqr.is_editable:
        raise AnswerUnsafe("qr_editable")
    if elqr.currency not in (None, SOM_NUMBER):
        raise AnswerUnsafe("qr_currency")
    if elqr.amount_tyiyn != amount_tyiyn:
        raise AnswerUnsafe("qr_amount")
    return text
