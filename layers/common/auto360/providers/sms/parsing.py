"""Untrusted answers of SMS providers: parsed values can be stored and counted."""

import codecs
import json
import re
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
_MAX_CODE = 20
_MAX_PARTS = 99
_MAX_TYIYN = 10**12
# A document is parsed as bytes, ignoring its declared encoding: all relevant content is ASCII. For some names of
# encodings Python's parser raises other errors than its own, and providers declare unknown ones.
_ENCODING = "ISO-8859-1"


def code_of(value: object) -> str:
    """Return a provider's code for storage: at most twenty visible characters."""
    return _UNPRINTABLE.sub("?", str(value)[:_MAX_CODE]) if isinstance(value, str | int) else type(value).__name__


def parts(value: object) -> int:
    """Return a count of segments, from a number or its text; 1 by default."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 2:
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if isinstance(value, int) and is_count and 0 < value <= _MAX_PARTS else 1


def tyiyn(amount: object, *, per_unit: int) -> int | None:
    """Convert an amount in another unit to tyiyn; None for anything but an amount."""
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        return None
    try:
        found = Decimal(str(amount)[:40]) * per_unit
        return int(found) if abs(found) <= _MAX_TYIYN else None
    except (DecimalException, ValueError, OverflowError):
        return None


def json_object(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object in an answer."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read_xml(
    document: bytes,
    *,
    start: Callable[[str], None],
    text: Callable[[str], None],
    end: Callable[[str], None],
    refused: Callable[[str], Exception],
) -> None:
    """Parse a document, names without their namespaces; raises the result of `refused` for a reason.

    A document type, and with it every entity, is refused.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    parser = DefusedXMLParser(target=_Target(start, text, end), encoding=_ENCODING, forbid_dtd=True)
    try:
        parser.feed(document.removeprefix(codecs.BOM_UTF8))
        parser.close()
    except DefusedXmlException as error:
        raise refused("doctype") from error
    except (ParseError, ValueError, LookupError) as error:
        raise refused("unreadable") from error


class _Target:
    """Target of the parser's events, which prefixes a name with its namespace in braces."""

    def __init__(self, start: Callable[[str], None], text: Callable[[str], None], end: Callable[[str], None]) -> None:
        self._start, self._end, self.data = start, end, text

    def start(self, name: str, _attributes: object) -> None:
        self._start(name.rpartition("}")[2])

    def end(self, name: str) -> None:
        self._end(name.rpartition("}")[2])
