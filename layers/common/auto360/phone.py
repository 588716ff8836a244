"""Kyrgyz mobile numbers: from what people type to E.164, and masked for logs.

Rule (facts on SMS login, §3): separators are dropped; only digits and one leading plus may remain; the number must be
valid for the region KG and of mobile type. Extensions and letters are refused, although the library would take them.
"""

import re

from auto360.errors import PhoneInvalid

_SEPARATORS = re.compile(r"[ \u00a0\t\-‐‑–().]")
_DIALLED = re.compile(r"\+?[0-9]{9,15}")
_NUMBER_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(\+?996[ \-]?)(?:[0-9][ \-]?){7}([0-9][ \-]?[0-9])(?![0-9])")
# Keyboards of our users write these as well; any other script's digits are taken for a mistake.
_DIGITS = str.maketrans(
    {chr(zero + value): str(value) for zero in (0xFF10, 0x0660, 0x06F0) for value in range(10)} | {"＋": "+"}
)


def normalise(typed: str) -> str:
    """Return the E.164 form (`+996555123456`) of a Kyrgyz mobile number.

    Raises PhoneInvalid for anything else: landlines, other countries, letters, extensions.
    """
    import phonenumbers

    dialled = _SEPARATORS.sub("", typed.translate(_DIGITS).strip())
    if not _DIALLED.fullmatch(dialled):
        raise PhoneInvalid
    try:
        number = phonenumbers.parse(dialled, "KG")
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if not is_mobile or not phonenumbers.is_valid_number_for_region(number, "KG"):
        raise PhoneInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(text: str) -> str:
    """Replace every Kyrgyz number in a text by its country code and last two digits: `+996*******56`."""
    return _NUMBER_IN_TEXT.sub(r"\1*******\2", text)


def number_block(phone: str) -> str:
    """The number without its last four digits: SMS pumping walks through such blocks (facts on SMS login, §5.4)."""
    return phone[:-4]
