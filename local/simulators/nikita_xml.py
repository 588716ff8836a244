"""XML of nikita's interface."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://Giper.mobi/schema/"

BROKEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<response xmlns="http://Giper.mobi/schema/Message"><id>1</id><status>0'
)
BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE response [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + ']>\n<response xmlns="http://Giper.mobi/schema/Message"><id>&i;</id><status>0</status></response>'
)


@dataclass(frozen=True)
class Request:
    """Parsed request: the text of its elements by name."""

    root: str
    values: dict[str, str]
    phones: tuple[str, ...]

    def get(self, name: str) -> str:
        """Return the text of an element, or nothing."""
        return self.values.get(name, "")


def parse(body: bytes) -> Request | None:
    """Read a request; None for invalid XML or a document type."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    values = {_local(child.tag): (child.text or "") for child in root if not len(child)}
    phones = tuple((item.text or "").strip() for item in root.iter() if _local(item.tag) == "phone" and not len(item))
    return Request(_local(root.tag), values, phones)


def reply(kind: str, *parts: tuple[str, object], inner: str = "", root: str = "response") -> str:
    """Return an answer with the namespace of live answers."""
    elements = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parts)
    return f'{_HEAD}<{root} xmlns="{_NAMESPACE}{kind}">{elements}{inner}</{root}>'


def element(name: str, *parts: tuple[str, object]) -> str:
    return f"<{name}>" + "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in parts) + f"</{name}>"


def is_message_id(text: str) -> bool:
    """Latin letters and digits, at most 12."""
    return re.fullmatch(r"[A-Za-z0-9]{1,12}", text) is not None


def is_sender(text: str) -> bool:
    """Return True for up to 11 Latin letters, digits, dots and dashes, or up to 14 digits."""
    return re.fullmatch(r"[A-Za-z0-9.-]{1,11}|[0-9]{1,14}", text) is not None


def is_phone(text: str) -> bool:
    """Return a number of the country."""
    return re.fullmatch(r"\+?996[0-9]{9}", text) is not None


def is_time(text: str) -> bool:
    """`YYYYMMDDhhmmss`."""
    return re.fullmatch(r"20[0-9]{12}", text) is not None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
