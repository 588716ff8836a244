"""The three languages, and how a sentence is kept in them."""

from typing import Literal

Language = Literal["ru", "ky", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "ky", "en")

Sentences = dict[str, tuple[str, str, str]]
"""By error code or name: Russian, Kyrgyz, English. Each says what happened and what the person can do."""


def language_of(accept_language: str | None) -> Language:
    """The first of our languages that an Accept-Language header asks for; Russian without one."""
    for part in (accept_language or "").split(","):
        primary = part.split(";")[0].strip().lower().split("-")[0]
        for language in LANGUAGES:
            if primary == language:
                return language
    return "ru"


def sentence(table: Sentences, key: str, language: Language) -> str:
    """The sentence for a key in a language."""
    return table[key][LANGUAGES.index(language)]
