"""Segments of a text message."""

from __future__ import annotations

_GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = set("^{}\\[~]|€\f")


def parts(text: str) -> int:
    """Count segments: 160 or 153 characters of the GSM alphabet, 70 or 67 otherwise; two-unit ones are never cut."""
    if set(text) <= _GSM7 | _GSM7_TWICE:
        widths = [2 if char in _GSM7_TWICE else 1 for char in text]
        single, several = 160, 153
    else:
        widths = [len(char.encode("utf-16-be", "surrogatepass")) // 2 for char in text]
        single, several = 70, 67
    if sum(widths) <= single:
        return 1
    segments = [0]
    for width in widths:
        if segments[-1] + width > several:
            segments.append(0)
        segments[-1] += width
    return len(segments)
