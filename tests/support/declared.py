"""Refusals that a function answers with, compared with those that its route declares."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from local.paths import OPENAPI

_BASES = re.compile(r"^(?:/api/api|/api/v1|/api)?(?=/)")


def undeclared(function: str, event: Mapping[str, Any], status: int, code: str | None) -> str | None:
    """Return the code of a refusal that the OpenAPI document does not give its operation; None where all is well."""
    path = str(event.get("path") or "")
    for pattern, responses in _operations().get((function, str(event.get("httpMethod")).lower()), ()):
        if code and (pattern.fullmatch(path) or pattern.fullmatch(_BASES.sub("/api", path, count=1))):
            return None if code in responses.get(str(status), ()) else code
    return None


@functools.cache
def _operations() -> dict[tuple[str, str], list[tuple[re.Pattern[str], dict[str, list[str]]]]]:
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    found: dict[tuple[str, str], list[tuple[re.Pattern[str], dict[str, list[str]]]]] = {}
    for path, operations in sorted(document["paths"].items(), key=lambda each: "{" in each[0]):
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
        for method, operation in operations.items():
            codes = {status: _codes(document, each) for status, each in operation["responses"].items()}
            found.setdefault((operation["tags"][0], method), []).append((pattern, codes))
    return found


def _codes(document: Mapping[str, Any], response: Mapping[str, Any]) -> list[str]:
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return re.findall(r"`(\w+)`", response["description"])
