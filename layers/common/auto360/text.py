"""Texts from people: normalised, without control characters and markup, measured after that."""

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

_MARKUP = re.compile(r"</?[A-Za-z!?][^<>]{0,1000}>")
_TAG_OPENING = re.compile(r"<(?=[/A-Za-z!?])")
_MOST_NESTED = 3
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
# Category Cc is controls, Cs lone surrogates, Co private use, Cn unassigned. Of Cf (invisible format characters)
# only the joiner of emoji stays: the others turn text around or hide in it.
_DROPPED = ("Cc", "Cs", "Co", "Cn", "Cf")
_KEPT = "\n\u200d"


def clean(text: str) -> str:
    """A text in NFC with line breaks as `\\n`, single blanks, no control or invisible characters and no tags."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(letter for letter in text if letter in _KEPT or unicodedata.category(letter) not in _DROPPED)
    # What was invisible may have stood between a letter and its accent.
    text = unicodedata.normalize("NFC", _without_markup(text))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _without_markup(text: str) -> str:
    """Drop tags. What still holds one after a few rounds was made to: there every opening goes."""
    for _ in range(_MOST_NESTED):
        text, found = _MARKUP.subn(" ", text)
        if not found:
            return text
    return _TAG_OPENING.sub("", text) if _MARKUP.search(text) else text


def one_line(text: str) -> str:
    """The same, on one line."""
    return " ".join(clean(text).split())


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _on_one_line(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_on_one_line)]
"""A pydantic field type: one line, cleaned. Add `Field(min_length=…, max_length=…)` for its measure."""

Paragraph = Annotated[str, BeforeValidator(_cleaned)]
"""A pydantic field type: lines, cleaned."""
