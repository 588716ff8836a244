"""Words that no other test uses, made of letters alone: digits could be read as a phone number or a price."""

from __future__ import annotations

from uuid import uuid4

_LETTERS = str.maketrans("0123456789abcdef", "бвгджзклмнпрстфх")


def new_word(prefix: str = "", *, length: int = 6) -> str:
    """Return `prefix` followed by `length` random Cyrillic consonants."""
    return prefix + uuid4().hex[:length].translate(_LETTERS)
