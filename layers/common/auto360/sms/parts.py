"""How many segments an SMS text needs: 160/153 GSM-7 characters or 70/67 in UCS-2 (facts on SMS login, §1.2)."""

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_DOUBLE = frozenset("^{}\\[~]|€\f")


def parts_of(text: str) -> int:
    """The number of segments that an operator bills for a text; an empty text is one."""
    if all(character in _GSM7 or character in _GSM7_DOUBLE for character in text):
        length = sum(2 if character in _GSM7_DOUBLE else 1 for character in text)
        return 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)
