"""Cursors that are well formed but altered, at every route that has pages."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tests.support import fuzz_values as values
from tests.support.fuzz_requests import Shot

_TIME, _ID = "2026-01-01T00:00:00.5+00:00", "01234567-89ab-4cde-8f01-23456789abcd"
# Path, query and a right cursor of each order.
_PAGES: tuple[tuple[str, Mapping[str, str], list[Any]], ...] = (
    ("/api/listings", {}, ["newest", _TIME, "", _ID]),
    ("/api/listings", {"sort": "price_asc"}, ["price_asc", 12000.5, "", _ID]),
    ("/api/listings", {"sort": "price_desc"}, ["price_desc", 12000, "", _ID]),
    ("/api/listings", {"sort": "views"}, ["views", 3, "", _ID]),
    ("/api/listings", {"latitude": "42.87", "longitude": "74.59"}, ["nearest", 1234.5, "", _ID]),
    ("/api/listings/search", {"q": "camry"}, ["newest", _TIME, "words", _ID]),
    ("/api/listings/search", {"q": "camri", "sort": "views"}, ["views", 3, "similar", _ID]),
    ("/api/listings/mine", {}, ["mine", _TIME, _ID]),
    ("/api/listings/favorites", {}, ["favourites", _TIME, _ID]),
    ("/api/business/{id}/listings", {}, ["business_listings", _TIME, _ID]),
    ("/api/notifications", {}, ["notifications", _TIME, _ID]),
    ("/api/chat/threads", {}, ["threads", _TIME, _ID]),
    ("/api/chat/threads/{id}/messages", {}, ["messages", _TIME, _ID]),
    ("/api/moderation/queue", {}, ["queue", 1, _TIME, _ID]),
    ("/api/payments", {}, ["payments", _TIME, _ID]),
    ("/admin/moderation", {}, ["queue", 1, _TIME, _ID]),
    ("/admin/audit", {}, ["audit", _TIME, _ID]),
)


def cursor(document: Any, rng: random.Random) -> str:
    """Return a cursor that holds this document."""
    return base64.urlsafe_b64encode(values.as_json(document, rng)).decode().rstrip("=")


def cursors(rng: random.Random) -> Shot:
    """Return a page request with an altered cursor, or sometimes a right one to run the queries behind."""
    path, query, right = rng.choice(_PAGES)
    document: Any = list(right)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        at = rng.randrange(1, len(document))
        choices = (values.scalar(rng), rng.choice(values.NASTY_TIMES), rng.choice(values.NASTY_IDS), values.value(rng))
        document[at] = rng.choice(choices)
    if rng.random() < 0.05:
        document = rng.choice((document[:-1], [*document, ""], {}, [], json.dumps(document), None))
    text = cursor(document, rng)
    if rng.random() < 0.05:
        text = values.damaged(text.encode() * 2, rng).decode("latin-1")
    address = f"{path.format(id=values.uuid_of(rng))}?{urlencode({**query, 'cursor': text})}"
    return Shot("cursors", "GET", address, path, {})
