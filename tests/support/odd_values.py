"""Random answers of providers: documents as they should be, with one or several values that nobody expects."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx
from hypothesis import strategies as st

_LARGEST = 2**63

# Values at which programs stumble: too large, of another type, no text, no address, no date.
ODD_TEXTS = (
    *("", " ", "\x00", "a\x00b", "\ud800", "x\udfff", "é", "名", "\u2028", "a\r\nX-Injected: 1", "x" * 5000),
    *("1e999999", "-1e999999", "9" * 5000, "٣٤", "NaN", "Infinity", "-1", "0", "1.5", "1e400", "9" * 30, "0x10"),
    *("https://", "https://[", "https://[::1", "https://x:99999/", "https://\ud800/", "https:// /", "http://127.0.0.1:x"),
    *("https://a.example/vod/x/token/t/h.m3u8", "https://xn--\u0301.example/", "https://a\x00b/", "//", "file:///etc/passwd"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "2026-W01-1", "yesterday"),
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**70), 10**400, 1e308, -0.0, math.inf, -math.inf, math.nan),
    *([], {}, [[]], [None], {"a": None}, [{"a": []}], *ODD_TEXTS),
)
_NAMES = (
    *("status", "code", "id", "url", "error", "error_code", "cnt", "cost", "balance", "data", "details", "response"),
    *("metadata", "message", "metrics", "labels", "timeseries", "doubleValues", "next", "rel", "links", "assets"),
)
_ANY_JSON = st.recursive(
    st.sampled_from(ODD_VALUES) | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=8,
)
_ENCODINGS = ("cp-1251", "hex", "rot13", "utf-7", "idna", "undefined", "utf-16", "unicode_escape", "big5", "\u00e9", "")

Edit = Callable[[Any], Any]


def places(document: Any) -> list[tuple[Any, ...]]:
    """Return the paths to every value of a JSON document."""
    found: list[tuple[Any, ...]] = [()]
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(document, dict):
        pairs = document.items()
    elif isinstance(document, list):
        pairs = enumerate(document)
    for name, value in pairs:
        found += [(name, *place) for place in places(value)]
    return found


def with_one_odd_value(document: Any) -> Iterator[bytes]:
    """Yield the document with each odd value at each place, and without each of its parts."""
    for place in places(document):
        for value in (*ODD_VALUES, dataclasses.MISSING):
            yield encoded(changed(document, [(place, value)]))


def changed(document: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    """Return the document with other values at these places, as far as they are still there."""
    root = {"": copy.deepcopy(document)}
    for place, value in changes:
        inner: Any = root
        try:
            for name in ("", *place)[:-1]:
                inner = inner[name]
            last = ("", *place)[-1]
            if value is dataclasses.MISSING:
                del inner[last]
            elif inner[last] is not dataclasses.MISSING:
                inner[last] = value
        except (KeyError, IndexError, TypeError):
            continue
    return root.get("")


@st.composite
def odd_json(draw: st.DrawFn, documents: tuple[Any, ...]) -> bytes:
    """Return one of the documents, with up to three odd values; or any JSON at all."""
    if draw(st.integers(0, 9)) == 0:
        return encoded(draw(_ANY_JSON))
    document = draw(st.sampled_from(documents))
    change = st.tuples(st.sampled_from(places(document)), st.sampled_from((*ODD_VALUES, dataclasses.MISSING)))
    return encoded(changed(document, draw(st.lists(change, max_size=3))))


def encoded(value: Any) -> bytes:
    """JSON as other programs write it, numbers of any length and halves of characters included."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**300:
        return b"1" + b"0" * 6000
    return json.dumps(value, default=str).encode()


@st.composite
def odd_xml(draw: st.DrawFn, documents: tuple[str, ...]) -> bytes:
    """Return one of the XML documents with another encoding, texts or ends."""
    document = draw(st.sampled_from(documents))
    for _ in range(draw(st.integers(0, 2))):
        begin = draw(st.integers(0, len(document)))
        end = draw(st.integers(begin, min(len(document), begin + 10)))
        texts = [text for text in ODD_TEXTS if text.isprintable()]
        document = document[:begin] + draw(st.sampled_from([*texts, "<", "&", "]]>", "<![CDATA["])) + document[end:]
    declared = draw(st.sampled_from([None, "utf-8", *_ENCODINGS]))
    head = "" if declared is None else f'<?xml version="1.0" encoding="{declared}"?>'
    return (head + document).encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig"])), "ignore")


HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "X-RateLimit-Remaining", "Retry-After", "Upload-Offset", "Upload-Length", "ETag", "Content-Range",
            "Content-Type", "Location",
        ]
    ),
    st.sampled_from([text for text in ODD_TEXTS if "\ud800" not in text and "\udfff" not in text])
    | st.sampled_from(["0", "1", "bytes 0-0/1000", "bytes 0-0/*", "bytes ٣-٤/٥", f"bytes {'9' * 5000}-1/2", '"e"',
                       "text/html; charset=hex", "application/json; charset=nonsense", "/again", "http://["]),
    max_size=3,
)  # fmt: skip
STATUSES = st.sampled_from([200] * 8 + [200, 201, 204, 206, 301, 400, 401, 403, 404, 409, 412, 429, 460, 500, 502, 503])


@st.composite
def answers(draw: st.DrawFn, bodies: st.SearchStrategy[bytes]) -> list[httpx.Response]:
    """Draw a provider's answers to the calls of one use."""
    drawn = []
    for _ in range(draw(st.integers(1, 4))):
        body = draw(bodies | st.binary(max_size=60))
        headers = [(name.encode(), value.encode()) for name, value in draw(HEADERS).items()]
        drawn.append(httpx.Response(draw(STATUSES), headers=headers, content=body))
    return drawn


def require_storable(value: Any) -> None:
    """Require a value that fits into a database request: no lone surrogates, no endless numbers."""
    match value:
        case None | bool() | bytes() | bytearray():
            return
        case str():
            value.encode()
            assert "\x00" not in value
        case int():
            assert abs(value) < _LARGEST
        case float():
            assert math.isfinite(value)
        case datetime():
            assert value.tzinfo is not None
            assert 1970 <= value.year <= 2200
        case Mapping():
            require_storable(list(value.items()))
        case list() | tuple():
            for item in value:
                require_storable(item)
        case _ if dataclasses.is_dataclass(value):
            require_storable([getattr(value, found.name) for found in dataclasses.fields(value)])
