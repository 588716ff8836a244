"""HMAC-MD5 of O!Деньги: over our requests as sent, and over some fields of the bank's webhooks."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from auto360.providers.payments import CallbackUnreadable
from auto360.providers.payments.http_client import compact_json
from auto360.providers.payments.texts import is_whole

_SIGNED_OF_CALLBACK = ("trans_id", "status_pay", "site_id", "order_id", "amount", "currency", "mktime", "test")
_SEPARATOR, _MAX_CHARACTERS = ":::", 128


def signed_request(envelope: Mapping[str, Any], password: str) -> bytes:
    """Return the body to send: signed over compact JSON, raw Cyrillic, keys in this order; the hash is the last key."""
    digest = hmac.new(password.encode(), compact_json(envelope), hashlib.md5).hexdigest()
    return compact_json({**envelope, "hash": digest})


def signed_texts(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the signed fields of a webhook as texts, in their order.

    Raises CallbackUnreadable when one is missing, nested, too long or unstorable, or holds the
    separator, which would make the hash ambiguous.
    """
    values = {name: body.get(name) for name in _SIGNED_OF_CALLBACK}
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in values.values()):
        raise CallbackUnreadable
    texts = {name: str(value) for name, value in values.items()}
    if not all(is_whole(text) and len(text) <= _MAX_CHARACTERS and _SEPARATOR not in text for text in texts.values()):
        raise CallbackUnreadable
    return texts


def callback_hash(body: Mapping[str, Any], password: str) -> str:
    """Return the hash of a webhook. Raises CallbackUnreadable as `signed_texts`."""
    message = _SEPARATOR.join(signed_texts(body).values())
    return hmac.new(password.encode(), message.encode(), hashlib.md5).hexdigest()
