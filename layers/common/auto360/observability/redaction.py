"""Redaction of provider payloads for storage: no card numbers, phones, names, addresses, tokens or signatures.

The structure stays; removed values show as `***`, a card by its last four digits. Unreadable bodies are kept as text
with the same numbers removed.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

_CUT = "***"
_MAX_CHARACTERS = 16_000
_MAX_DEPTH = 20
_PRIVATE_WORDS = {
    *("mobile", "phone", "msisdn", "email", "mail", "ip", "address", "inn", "passport", "birth"),
    *("name", "fname", "lname", "mname", "firstname", "lastname", "fullname", "username", "fio", "holder"),
    *("hash", "sig", "signature", "salt", "token", "password", "passwd", "secret", "apikey", "key", "profile"),
    *("cvv", "cvc", "otp"),
}
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-. ]+")
_DIGIT_RUN = re.compile(r"(?<![0-9])(?:[0-9][ \-]?){12,18}[0-9](?![0-9])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])\+?996[ \-]?(?:[0-9][ \-]?){8}[0-9](?![0-9])|(?<![0-9])0[2579][0-9]{8}(?![0-9])")
_MAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+")
_XML_LEAF = re.compile(r"<([A-Za-z_][\w.\-]{0,60})>([^<>]*)</\1>")


def redact(body: bytes) -> str:
    """Return a provider's payload fit for storage: JSON, form, XML or text, at most 16,000 characters."""
    text = body.decode("utf-8", "replace").replace("\x00", "�")
    cut = (_json(text) or _form(text) or _text(text))[:_MAX_CHARACTERS]
    # An escape in JSON may stand for half a character, which the database refuses.
    return cut.encode("utf-8", "replace").decode()


def is_card_number(digits: str) -> bool:
    """Return True for 13 to 19 digits with a valid Luhn check sum."""
    if not 13 <= len(digits) <= 19 or not digits.isascii() or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _json(text: str) -> str | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict | list):
        return None
    return json.dumps(_redacted(value, "", 0), ensure_ascii=False, separators=(",", ":"))


def _redacted(value: Any, name: str, depth: int) -> Any:
    if isinstance(value, dict | list) and depth < _MAX_DEPTH:
        if isinstance(value, list):
            return [_redacted(part, name, depth + 1) for part in value]
        return {_line(str(key)): _redacted(part, str(key), depth + 1) for key, part in value.items()}
    if value is None or isinstance(value, bool) or value == "":
        return value
    if isinstance(value, dict | list) or _is_private(name):
        return _CUT
    cut = _line(str(value))
    return value if cut == str(value) else cut


def _form(text: str) -> str | None:
    if "=" not in text or "<" in text or " " in text:
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return None
    return urlencode(
        [(_line(name), _CUT if _is_private(name) and value else _line(value)) for name, value in pairs], safe="*"
    )


def _text(text: str) -> str:
    def leaf(found: re.Match[str]) -> str:
        return f"<{found[1]}>{_CUT}</{found[1]}>" if _is_private(found[1]) and found[2] else found[0]

    return _line(_XML_LEAF.sub(leaf, text))


def _line(text: str) -> str:
    return _MAIL.sub(_CUT, _PHONE.sub(_CUT, _DIGIT_RUN.sub(_card, text)))


def _card(found: re.Match[str]) -> str:
    digits = re.sub(r"[ \-]", "", found[0])
    return f"{_CUT}{digits[-4:]}" if is_card_number(digits) else found[0]


def _is_private(name: str) -> bool:
    return not _PRIVATE_WORDS.isdisjoint(_WORD_START.sub("_", name).lower().split("_"))
