"""Phone numbers of the baseline, for the two endpoints that take one."""
# mypy: disable-error-code="import-not-found"

import phonenumbers
from fastapi import HTTPException


def normalise(typed: str) -> str:
    """Return the E.164 form of a Kyrgyz mobile number."""
    try:
        number = phonenumbers.parse(typed, "KG")
    except phonenumbers.NumberParseException:
        raise HTTPException(422, "phone_invalid") from None
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        raise HTTPException(422, "phone_invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
