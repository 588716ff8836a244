"""Kyrgyz mobile numbers: from typed text to E.164, and masked for logs.

Rule (docs/reference/sms-login.md, section 3): the text is folded, so that pasted direction marks and other scripts'
digits are accepted; separators are dropped; only digits and one leading plus may remain; the number must be valid
for the region KG and of mobile type. Controls, extensions and letters are refused, although the library would accept
them.
"""

import re

from auto360.core.errors import PhoneInvalid
from auto360.core.text import fold

_COUNTRY_CODE = 996
_SEPARATORS = re.compile(r"[ \-().]")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_DIALLED = re.compile(r"\+?[0-9]{9,15}")
_NUMBER_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(\+?996[ \-]?)(?:[0-9][ \-]?){7}([0-9][ \-]?[0-9])(?![0-9])")


def normalise(typed: str) -> str:
    """Return the E.164 form (`+996555123456`) of a Kyrgyz mobile number.

    Raises PhoneInvalid for anything else: landlines, other countries, letters, extensions.
    """
    import phonenumbers

    dialled = _SEPARATORS.sub("", fold(typed))
    if _CONTROLS.search(typed) or not _DIALLED.fullmatch(dialled):
        raise PhoneInvalid
    try:
        number = phonenumbers.parse(dialled, "KG")
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    # A number that has a type is valid, and KG alone has this country code.
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if number.country_code != _COUNTRY_CODE or not is_mobile:
        raise PhoneInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def load_numbers() -> None:
    """Load the library and its data of Kyrgyz numbers; without this the first number loads them."""
    normalise("+996700000000")


def mask(text: str) -> str:
    """Replace every Kyrgyz number in a text by its country code and last two digits: `+996*******56`."""
    return _NUMBER_IN_TEXT.sub(r"\1*******\2", text)


def number_block(phone: str) -> str:
    """Return the number without its last four digits: SMS pumping walks through such blocks."""
    return phone[:-4]
