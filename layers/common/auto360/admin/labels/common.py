"""Codes of the database as words for operators, in Russian and English. A code without a word is shown as it is."""

from auto360.admin.labels import market, money, monitoring, office

_WORDS = {**market.WORDS, **money.WORDS, **office.WORDS, **monitoring.WORDS}


def word(kind: str, code: str, language: str) -> str:
    """The word for a code of a kind."""
    russian, english = _WORDS.get(kind, {}).get(code, (code, code))
    return english if language == "en" else russian
