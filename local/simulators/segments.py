"""How many parts a text message has."""

from __future__ import annotations

_GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = set("^{}\\[~]|€\f")


def parts(text: str) -> int:
    """160 or 153 characters of the GSM alphabet, 70 or 67 otherwise."""
    if set(text) <= _GSM7 | _GSM7_TWICE:
        length = sum(2 if char in _GSM7_TWICE else 1 for char in text)
        single, several = 160, 153
    else:
        length = len(text.encode("utf-16-be")) // 2
        single, several = 70, 67
    return 1 if length <= single else -(-length // several)
