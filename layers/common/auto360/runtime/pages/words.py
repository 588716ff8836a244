"""Codes of the database as words for operators, in Russian and English. A code without a word is shown as it is."""

from auto360.runtime.pages import market_words, money_words, office_words, watch_words

_WORDS = {**market_words.WORDS, **money_words.WORDS, **office_words.WORDS, **watch_words.WORDS}


def word(kind: str, code: str, language: str) -> str:
    """The word for a code of a kind."""
    russian, english = _WORDS.get(kind, {}).get(code, (code, code))
    return english if language == "en" else russian
