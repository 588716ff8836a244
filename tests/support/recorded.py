"""Recorded exchanges with providers: samples built from published documents, and the tests' means to replay them.

A file of `tests/contract/recorded` holds the samples of one provider: exchanges, webhooks and texts. Its facts are
published ones, its values are invented. An adapter is driven against the recorded answer by `tests.support.replay`; a
simulator gets the recorded request by `send`, and `misfits` tells how its answer differs from the recorded one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as ET

import httpx

FOLDER = Path(__file__).parents[1] / "contract" / "recorded"
Leaves = dict[str, object]


@dataclass(frozen=True)
class Request:
    """Request as it goes over the wire. `required`: fields without which the provider refuses it.

    `published`: every field that a source names, where the sources name them all; empty where they do not.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    required: tuple[str, ...] = ()
    published: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Answer of the provider. `optional`: fields that it may leave out, `also`: fields that it may add."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    optional: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """Sample: a request, its answer, and the names of its sources."""

    name: str
    sources: tuple[str, ...]
    request: Request
    answer: Answer


@dataclass(frozen=True)
class Webhook:
    """Sample of a request from the provider to us."""

    name: str
    sources: tuple[str, ...]
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """Samples of one provider. `unconfirmed` lists facts without a public confirmation."""

    provider: str
    title: str
    sources: Mapping[str, str]
    unconfirmed: tuple[str, ...]
    exchanges: Mapping[str, Exchange]
    webhooks: Mapping[str, Webhook]
    texts: Mapping[str, str]

    def __getitem__(self, name: str) -> Exchange:
        return self.exchanges[name]


@cache
def recorded(provider: str) -> Recorded:
    """Return the samples of a provider."""
    told = tomllib.loads((FOLDER / f"{provider}.toml").read_text(encoding="utf-8"))
    exchanges = [
        Exchange(
            each["name"],
            tuple(each["sources"]),
            Request(**_tuples(each["request"], "required", "published")),
            Answer(**_tuples(each.get("answer", {}), "optional", "also")),
        )
        for each in told.get("exchange", [])
    ]
    hooks = [Webhook(**_tuples(each, "sources", "optional", "also")) for each in told.get("webhook", [])]
    return Recorded(
        told["provider"],
        told["title"],
        told["sources"],
        tuple(told["unconfirmed"]),
        {each.name: each for each in exchanges},
        {each.name: each for each in hooks},
        {each["name"]: each["body"] for each in told.get("text", [])},
    )


def providers() -> list[str]:
    """Return the providers that have samples."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _tuples(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: tuple(value) if name in names else value for name, value in values.items()}


def leaves(body: str | bytes, kind: str) -> Leaves:
    """Return the values of a body by their paths; items of lists are `[]`, names of XML have no namespaces."""
    text = body.decode() if isinstance(body, bytes) else body
    if "json" in kind:
        return dict(_of_json(json.loads(text), "")) if text else {}
    if "xml" in kind:
        return dict(_of_xml(ET.fromstring(text.encode()), ""))  # noqa: S314 - our own files and simulators
    if "form-urlencoded" in kind:
        return dict(parse_qsl(text, keep_blank_values=True))
    return {"": text}


def _of_json(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _of_json(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _of_json(item, f"{path}[]")
    else:
        yield path, value


def _of_xml(element: ET.Element, path: str) -> Iterator[tuple[str, object]]:
    for child in element:
        name = child.tag.rpartition("}")[2]
        inner = f"{path}.{name}" if path else name
        if len(child):
            yield from _of_xml(child, inner)
        else:
            yield inner, child.text or ""


def misfits(answer: httpx.Response, sample: Answer) -> list[str]:
    """Tell how a simulator's answer differs from the sample: status, kind, names and kinds of fields."""
    kind = sample.headers.get("Content-Type", "application/json")
    if answer.status_code != sample.status:
        return [f"status {answer.status_code} instead of {sample.status}"]
    if not sample.body:
        return []
    if kind.partition(";")[0] != answer.headers.get("Content-Type", "").partition(";")[0]:
        return [f"{answer.headers.get('Content-Type')} instead of {kind}"]
    return differences(leaves(answer.content, kind), leaves(sample.body, kind), sample.optional, sample.also)


def differences(found: Leaves, wanted: Leaves, optional: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> list[str]:
    """Tell which fields are more, less or of another kind than wanted. Null fits every kind."""
    told = [f"has no {name}" for name in wanted if name not in found and not _within(name, optional)]
    told += [f"adds {name}" for name in found if name not in wanted and not _within(name, also)]
    for name in found.keys() & wanted.keys():
        kinds = {_kind(found[name]), _kind(wanted[name])} - {"null"}
        if len(kinds) > 1:
            told.append(f"{name} is {_kind(found[name])}, not {_kind(wanted[name])}")
    return told


def _within(name: str, names: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith((f"{each}.", f"{each}[]")) for each in names)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "flag"
    return "number" if isinstance(value, int | float) else type(value).__name__


def without(request: Request, name: str) -> str:
    """Return the body of a request without one of its fields."""
    kind = request.headers.get("Content-Type", "")
    if "form-urlencoded" in kind:
        return urlencode([pair for pair in parse_qsl(request.body, keep_blank_values=True) if pair[0] != name])
    if "xml" in kind:
        root = ET.fromstring(request.body)  # noqa: S314 - our own file
        for parent in list(root.iter()):
            for child in [child for child in parent if child.tag.rpartition("}")[2] == name]:
                parent.remove(child)
        return ET.tostring(root, "unicode")
    value = json.loads(request.body)
    *outer, last = name.split(".")
    inner = value
    for each in outer:
        inner = inner[each]
    del inner[last]
    return json.dumps(value, ensure_ascii=False)


def send(http: httpx.Client, base: str, request: Request, *, body: str | None = None) -> httpx.Response:
    """Send a recorded request to a simulator."""
    content = (request.body if body is None else body).encode()
    return http.request(
        request.method,
        base + request.path,
        headers=dict(request.headers),
        params=request.query or None,
        content=content,
    )


def unconfirmed_document() -> str:
    """Return the text of docs/reference/unconfirmed.md."""
    text = """# Unconfirmed

Assumptions of our clients of providers without a public confirmation: to be settled with each contract or live account,
the samples in `tests/contract/recorded` first. Made of their `unconfirmed` lists and sources by
`PYTHONPATH=layers/common .venv/bin/python -m tests.support.recorded`; a test compares.
"""
    for name in providers():
        samples = recorded(name)
        text += f"\n## {samples.title}\n\n"
        text += "".join(f"- {each}\n" for each in samples.unconfirmed)
        text += "\nConfirmed by:\n\n" + "".join(f"- {each}\n" for each in samples.sources.values())
    return text


if __name__ == "__main__":
    (FOLDER.parents[2] / "docs" / "reference" / "unconfirmed.md").write_text(unconfirmed_document(), encoding="utf-8")
