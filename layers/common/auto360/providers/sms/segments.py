"""Segments of an SMS text: 160/153 GSM-7 characters or 70/67 in UCS-2 (docs/reference/sms-login.md, section 1.2)."""

from collections.abc import Iterable

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_DOUBLE = frozenset("^{}\\[~]|€\f")


def segments_of(text: str) -> int:
    """Return the number of segments that a mobile network bills for a text; an empty text is one.

    A character of two units (an escape of GSM-7, a surrogate pair of UCS-2) is never cut: where only one unit is left
    in a segment, it begins the next one.
    """
    if all(character in _GSM7 or character in _GSM7_DOUBLE for character in text):
        return _segments((2 if character in _GSM7_DOUBLE else 1 for character in text), single=160, several=153)
    return _segments((2 if ord(character) > 0xFFFF else 1 for character in text), single=70, several=67)


def _segments(sizes: Iterable[int], *, single: int, several: int) -> int:
    count, filled, total = 1, 0, 0
    for size in sizes:
        total += size
        if filled + size > several:
            count, filled = count + 1, 0
        filled += size
    return 1 if total <= single else count
