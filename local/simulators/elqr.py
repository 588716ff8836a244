"""ELQR texts in the form of banks' codes."""

from __future__ import annotations

import hashlib


def elqr(provider: str, number: str, amount_tyiyn: int, *, payee: str = "360AUTO", editable: bool = False) -> str:
    """Return the text of a dynamic code in som."""
    block = _tag("00", provider) + _tag("01", "01") + _tag("10", "1099600000001") + _tag("11", number[:32])
    block += _tag("12", "11" if editable else "12") + _tag("13", "12")
    text = _tag("00", "01") + _tag("01", "12") + _tag("32", block) + _tag("52", "7311") + _tag("53", "417")
    text += _tag("54", str(amount_tyiyn)) + _tag("59", payee[:25])
    return f"{text}6304{hashlib.sha256(text.encode()).hexdigest()[-4:]}"


def _tag(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"
