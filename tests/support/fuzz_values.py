"""Values that have broken somebody's parser, and changes of values that are right."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

NASTY_TEXTS = (
    "", " ", "\t", "\x00", "\x1f", "\u202e", "\u200d", "\ufeff", "\u3164", "\U0001f697", "\ud800", "0", "-1",
    "1e999", "1e999999", "NaN", "Infinity", "-0", "0x10", "1_000", "٣٤٥", "１２", "²", "null", "true", "[]", "{}",
    "'", '"', "\\", "%", "%00", "%ff", "%2e%2e%2f", "../../etc/passwd", "a" * 300, "Ы" * 1000, "<b>", "&amp;",
    "{{7*7}}", "$1", "?", "*", "(,)", "or=(id.gt.0)", "'; select 1; --", "\r\nX-Injected: 1", "ı", "İ", "ß",
    "é", "e\u0301",
)  # fmt: skip
NASTY_NUMBERS = (
    0, -1, 1, 2**31 - 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400, 0.1, 1e308, -1e-308, 1e22,
)  # fmt: skip
NASTY_TIMES = (
    "2026-01-01T00:00:00+00:00", "2026-01-01", "2026-W01-1T00:00:00+00:00", "20260101T000000Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z",
    "2026-01-01T24:00:00+00:00", "2026-01-01T00:00:60+00:00", "2026-01-01T00:00:00+00:00:00.5",
    "2026-01-01T00:00:00,5+00:00", "2026-01-01 00:00+15", "infinity", "-infinity", "now", "epoch",
    "0000-00-00T00:00:00Z", "10000-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567890+00:00",
    "2026-001T00:00:00+00:00", "2026-01-01x00:00:00+00:00",
)  # fmt: skip
NASTY_IDS = (
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{00000000-0000-0000-0000-000000000000}", "urn:uuid:00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000", "0" * 31, "no-id",
)  # fmt: skip


def uuid_of(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def text(rng: random.Random) -> str:
    """Return a short text: one of the list, a pair of them, or random characters of all planes."""
    chance = rng.random()
    if chance < 0.6:
        return rng.choice(NASTY_TEXTS)
    if chance < 0.8:
        return rng.choice(NASTY_TEXTS) + rng.choice(NASTY_TEXTS)
    return "".join(
        chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x110000)))) for _ in range(rng.randrange(1, 30))
    )


def scalar(rng: random.Random) -> Any:
    """Return a JSON value without parts."""
    numbers: Sequence[Any] = NASTY_NUMBERS
    return rng.choice(
        (text(rng), rng.choice(numbers), rng.choice(NASTY_TIMES), rng.choice(NASTY_IDS), None, True, False)
    )


def value(rng: random.Random) -> Any:
    """Any JSON value, sometimes nested."""
    chance = rng.random()
    if chance < 0.8:
        return scalar(rng)
    if chance < 0.9:
        return [scalar(rng) for _ in range(rng.randrange(4))]
    return {text(rng): scalar(rng) for _ in range(rng.randrange(4))}


def altered(document: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a document in which up to three values are others, absent, or added. Often it stays as it is."""
    changed = dict(document)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        name = rng.choice([*changed, text(rng)]) if changed else text(rng)
        if rng.random() < 0.15:
            changed.pop(name, None)
        elif isinstance(changed.get(name), dict) and rng.random() < 0.7:
            changed[name] = altered(changed[name], rng)
        else:
            changed[name] = value(rng)
    return changed


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Bytes of which some are others: rarely, so that most requests come further than the first check."""
    chance = rng.random()
    if chance < 0.85 or not data:
        return data
    at = rng.randrange(len(data))
    if chance < 0.9:
        return data[:at]
    if chance < 0.95:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    return data[:at] + rng.randbytes(rng.randrange(1, 20)) + data[at:]


def as_json(document: Any, rng: random.Random) -> bytes:
    """JSON in one of the ways to write it; numbers beyond a float and halves of characters are kept."""
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def as_text(item: Any) -> str:
    """Return a value as a form's or an XML document's text."""
    found = item if isinstance(item, str) else json.dumps(item)
    return found.encode("utf-8", "replace").decode()
