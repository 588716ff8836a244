"""`pg_sig` of Freedom Pay: MD5 of script name, values in the order of their names, and the secret.

The script name is the last part of the called address; for a webhook, of the address given to the bank, never of
the called one. In answers, nested elements are included in place, each sorted separately.

The signature covers neither names nor the boundaries of values. So a field that contains the separator, or with a name
unknown at the bank, invalidates it: a known signature cannot be reused for values cut differently.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from auto360.providers.payments import BankRefused, BankUncertain
from auto360.providers.payments.texts import is_secret, is_whole

_SIGNATURE = "pg_sig"
_UNKNOWN_MERCHANT = "9998"
_NAME = re.compile(r"pg_[a-z0-9_]{1,60}")
_MAX_DEPTH = 20
SEPARATOR = ";"


def sign(script: str, fields: Mapping[str, str], secret: str) -> str:
    """Return the signature of a flat set of fields; an old `pg_sig` among them is ignored."""
    values = [fields[name] for name in sorted(fields) if name != _SIGNATURE]
    return _md5(script, values, secret)


def is_signed(script: str, fields: Mapping[str, str], secret: str) -> bool:
    """Return True for a right signature over fields with a unique reading."""
    if SEPARATOR in script or not all(_NAME.fullmatch(name) and SEPARATOR not in fields[name] for name in fields):
        return False
    if not all(map(is_whole, fields.values())):
        return False
    return is_secret(sign(script, fields, secret), fields.get(_SIGNATURE, "").lower())


def read_signed(document: bytes, *, script: str, secret: str) -> Element:
    """Parse an answer of the bank as XML. Raises BankUncertain when it is malformed or not signed by the bank.

    The only answer without a signature is that of an unknown merchant, whose secret the bank lacks:
    BankRefused. A document type, and with it every entity, is refused.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BankUncertain("unreadable") from error
    if root.find(_SIGNATURE) is None and root.findtext("pg_error_code") == _UNKNOWN_MERCHANT:
        raise BankRefused(f"error_{_UNKNOWN_MERCHANT}", lasting=True)
    told = (root.findtext(_SIGNATURE) or "").strip().lower()
    if not is_secret(_md5(script, list(_values(root)), secret), told):
        raise BankUncertain("reply_signature")
    return root


def _values(element: Element, depth: int = 0) -> Iterator[str]:
    """Yield texts in signing order. Raises BankUncertain for elements nested too deep."""
    if depth > _MAX_DEPTH:
        raise BankUncertain("unreadable")
    for child in sorted(element, key=lambda item: item.tag):
        if len(child):
            yield from _values(child, depth + 1)
        elif child.tag != _SIGNATURE:
            yield child.text or ""


def _md5(script: str, values: list[str], secret: str) -> str:
    return hashlib.md5(SEPARATOR.join([script, *values, secret]).encode(), usedforsecurity=False).hexdigest()
