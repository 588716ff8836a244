"""Money as a whole number of tyiyn (100 tyiyn = 1 som); providers' amounts in som are converted exactly."""

import re
from decimal import Decimal

_MAX_TYIYN = 10**13
# No exponent: 1e999999 is a short text and a number that no arithmetic holds. ASCII digits only, no underscores.
_SOM = re.compile(r"\+?[0-9]{1,14}(?:\.[0-9]{1,20})?")


def tyiyn_of_som(som: object) -> int:
    """Convert a provider's amount in som (text, number or Decimal) to tyiyn.

    A float is read by its shortest text, so 100.1 is 10010. Raises ValueError for any text that is negative, is
    not a whole number of tyiyn, or is larger than any payment.
    """
    text = str(som).strip() if isinstance(som, str | int | float | Decimal) and not isinstance(som, bool) else ""
    if not _SOM.fullmatch(text):
        raise ValueError("not an amount")
    tyiyn = Decimal(text) * 100
    if tyiyn != tyiyn.to_integral_value() or tyiyn > _MAX_TYIYN:
        raise ValueError("not a whole number of tyiyn")
    return int(tyiyn)


def whole_tyiyn(tyiyn: object) -> int:
    """Parse a provider's amount in tyiyn, a JSON number or its text. Raises ValueError for anything else."""
    text = str(tyiyn) if isinstance(tyiyn, int | str) and not isinstance(tyiyn, bool) else ""
    if not text.isascii() or not text.isdecimal() or len(text) > 14 or int(text) > _MAX_TYIYN:
        raise ValueError("not a whole number of tyiyn")
    return int(text)


def som_text(tyiyn: int) -> str:
    """Format as som with two decimals, such as `100.00`."""
    return f"{tyiyn // 100}.{tyiyn % 100:02d}"


def som_number(tyiyn: int) -> float:
    """Return the amount as a JSON number in som: the float whose shortest text is exact, up to 10^11 som."""
    return float(som_text(tyiyn))
