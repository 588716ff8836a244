"""Supported languages, and sentences kept in them."""

import re
from typing import Literal

Language = Literal["ru", "ky", "en"]
LANGUAGES: tuple[Language, ...] = ("ru", "ky", "en")

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")

Sentences = dict[str, tuple[str, str, str]]
"""Russian, Kyrgyz and English sentences by error code or name: the problem and the remedy."""


def language_of(accept_language: str | None) -> Language:
    """Return our language with the highest weight in an Accept-Language header (RFC 9110, section 12.5.4).

    The first one wins among equals, weight 0 excludes, and Russian is the default.
    """
    best: Language = "ru"
    best_weight = 0.0
    for part in (accept_language or "").split(","):
        tag, *parameters = part.split(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(parameters)
        for language in LANGUAGES:
            if primary == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight(parameters: list[str]) -> float:
    """Return the `q` of a language range, 0 to 1: 1 where none is given, 0 where it is malformed."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            found = _QUALITY.fullmatch(value.strip())
            return float(found.group()) if found else 0.0
    return 1.0


def sentence(table: Sentences, key: str, language: Language) -> str:
    """Return the sentence for a key in a language."""
    return table[key][LANGUAGES.index(language)]
