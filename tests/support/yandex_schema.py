"""Yandex's own protocol buffers judge REST exchanges: addresses, fields, kinds, and what an answer leaves out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
from google.api import annotations_pb2
from google.protobuf import (
    empty_pb2,  # noqa: F401 - a type of answers
    json_format,
    symbol_database,
)
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message
from yandex.cloud.cdn.v1 import cache_service_pb2, resource_service_pb2, rule_service_pb2
from yandex.cloud.iam.v1 import iam_token_service_pb2
from yandex.cloud.lockbox.v1 import payload_service_pb2
from yandex.cloud.video.v1 import video_service_pb2

from tests.support.recorded import leaves

_FILES = (
    video_service_pb2,
    resource_service_pb2,
    rule_service_pb2,
    cache_service_pb2,
    payload_service_pb2,
    iam_token_service_pb2,
)
_OUR_ADDRESSES = re.compile(r"/(video|iam|lockbox|cdn)/v1/.+")
_OF_A_REFUSAL = {"code", "message", "details"}


@dataclass(frozen=True)
class Binding:
    """Method of a service at its REST address."""

    verb: str
    pattern: re.Pattern[str]
    method: MethodDescriptor


@dataclass
class Judge:
    """Collects exchanges as an `httpx` event hook, and tells what is wrong with them."""

    prefix: str
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __call__(self, response: httpx.Response) -> None:
        """Judge one exchange; those at other addresses are passed over."""
        response.read()
        request = response.request
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix(self.prefix)
        if not _OUR_ADDRESSES.fullmatch(path):
            return
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.faults += self.of(request.method, path, query, request.content, response)

    def of(
        self, verb: str, path: str, query: Mapping[str, str], body: bytes, response: httpx.Response
    ) -> Iterator[str]:
        """Yield the faults of an exchange."""
        bound = next(((each, found) for each in bindings() if (found := _match(each, verb, path)) is not None), None)
        if bound is None:
            yield f"{verb} {path} is no method"
            return
        binding, inputs = bound
        self.seen.add(binding.method.full_name)
        asked = {**inputs, **query, **(json.loads(body) if body else {})}
        yield from _misread(binding.method.input_type, asked, f"{binding.method.name} gets")
        if response.is_success:
            answer = response.json()
            yield from _misread(binding.method.output_type, answer, f"{binding.method.name} answers")
        elif response.status_code < 500 and "json" in response.headers.get("Content-Type", ""):
            yield from (f"{binding.method.name} refuses with {name}" for name in response.json().keys() - _OF_A_REFUSAL)


@cache
def bindings() -> tuple[Binding, ...]:
    """Return the methods of the services that we call, with their addresses."""
    found = []
    for file in _FILES:
        for service in file.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                rule = method.GetOptions().Extensions[annotations_pb2.http]
                verb = rule.WhichOneof("pattern")
                if verb:
                    path = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/:]+)", getattr(rule, verb))
                    found.append(Binding(verb.upper(), re.compile(path), method))
    return tuple(found)


def _match(binding: Binding, verb: str, path: str) -> dict[str, str] | None:
    found = binding.pattern.fullmatch(path) if binding.verb == verb else None
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


def _misread(kind: Descriptor, value: Mapping[str, Any], what: str) -> Iterator[str]:
    """Yield the reasons for which a value is no message of this kind in its canonical JSON."""
    message: Message = symbol_database.Default().GetSymbol(kind.full_name)()
    try:
        json_format.ParseDict(dict(value), message)
    except json_format.ParseError as error:
        yield f"{what} {error}"
        return
    if "answers" in what:
        canonical = leaves(json_format.MessageToJson(message), "json")
        yield from (
            f"{what} {name}, which is left out where it is empty"
            for name in leaves(json.dumps(value), "json").keys() - canonical.keys()
        )
