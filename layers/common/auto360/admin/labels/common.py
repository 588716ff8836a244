"""Labels of database codes for staff, in Russian and English; unknown codes are shown as they are."""

from auto360.admin.labels import market, money, monitoring, notifications, office

_WORDS = {**market.WORDS, **money.WORDS, **office.WORDS, **monitoring.WORDS, **notifications.WORDS}


def word(kind: str, code: str, language: str) -> str:
    """Return the label of a code of a kind."""
    russian, english = _WORDS.get(kind, {}).get(code, (code, code))
    return english if language == "en" else russian
