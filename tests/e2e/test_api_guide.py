"""docs/api-guide.md: its examples are sent in order, and the responses have the shape that the guide shows."""

from __future__ import annotations

import functools
import json
import operator
import re
from typing import Any, NamedTuple

import pytest

from tests.support.documents import DOCS, Document
from tests.support.people import new_address, new_phone
from tests.support.plain_http import plain_client
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")
GUIDE = Document(DOCS / "api-guide.md")
PHONE_OF_THE_GUIDE = "+996700600061"
REMEMBERED = ("token", "refreshToken", "requestId", "next_cursor", "videoId")
# Ids under a name of their own, by the request that returns them and their place in its response.
IDS = {
    "GET /api/listings?limit=1": ("listing_id", ("data", "listings", 0, "id")),
    "POST /api/chat/threads": ("thread_id", ("data", "id")),
    "POST /api/payments": ("payment_id", ("payment_id",)),
}


class Example(NamedTuple):
    """Request of the guide with the response that it shows."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    shown: Any


def examples() -> list[Example]:
    """Read the pairs of `http` and `json` blocks."""
    requests, responses = GUIDE.blocks("http"), GUIDE.blocks("json")
    assert len(requests) == len(responses) > 8
    return [parsed(request, json.loads(response)) for request, response in zip(requests, responses, strict=True)]


def parsed(request: str, shown: Any) -> Example:
    """Parse a request: first line, headers, an empty line before the body, and the status behind an arrow."""
    text, _, status = request.strip().rpartition("\n→ ")
    head, _, body = text.partition("\n\n")
    first, *headers = head.splitlines()
    method, _, path = first.partition(" ")
    return Example(method, path, dict(line.split(": ", 1) for line in headers), body, int(status), shown)


def filled(text: str, known: dict[str, str]) -> str:
    """Replace the guide's phone and `{name}` of earlier responses."""
    text = text.replace(PHONE_OF_THE_GUIDE, known["phone"])
    return re.sub(r"\{(\w+)\}", lambda match: known[match[1]], text)


def require_shape(found: Any, shown: Any, *, at: str) -> None:
    """Require every shown field with its type; a null may stand for a value that is not there yet."""
    if isinstance(shown, dict):
        assert isinstance(found, dict), at
        for name, value in shown.items():
            assert name in found, f"{at}.{name} is missing"
            require_shape(found[name], value, at=f"{at}.{name}")
    elif isinstance(shown, list):
        assert isinstance(found, list), at
        assert found, f"{at} is empty"
        require_shape(found[0], shown[0], at=f"{at}[0]")
    else:
        assert type(found) is type(shown), f"{at}: {found!r} instead of {shown!r}"


def test_the_examples_of_the_guide_are_what_the_api_answers(stack: RunningStack) -> None:
    known = {"phone": new_phone(), "address": new_address()}
    with plain_client(base_url=stack.url, timeout=60) as client:
        for example in examples():
            if "{code}" in example.body:
                [found] = re.findall(r"\b\d{6}\b", stack.inbox(known["phone"])[0]["text"])
                known["code"] = found
            headers = {name: filled(value, known) for name, value in example.headers.items()}
            headers |= {"X-Local-Address": known["address"], "Content-Type": "application/json"}
            response = client.request(
                example.method,
                filled(example.path, known),
                headers=headers,
                content=filled(example.body, known) or None,
            )
            place = f"{example.method} {example.path}"
            assert response.status_code == example.status, f"{place}: {response.text}"
            require_shape(response.json(), example.shown, at=place)
            if response.status_code == 429:
                assert response.headers["Retry-After"] == str(response.json()["retryAfter"])
            data = response.json().get("data") or {}
            known.update({name: data[name] for name in REMEMBERED if data.get(name)})
            if place in IDS:
                name, keys = IDS[place]
                known[name] = functools.reduce(operator.getitem, keys, response.json())
