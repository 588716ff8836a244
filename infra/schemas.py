"""Merges the schemas of several functions: equal ones become one, different ones get different names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
_PREFIX = "#/components/schemas/"
_REFERENCE = re.compile(re.escape(_PREFIX) + r"([^\"/]+)")


def merged(parts: Mapping[str, Mapping[str, Json]]) -> tuple[Json, Callable[[str, Json], Json]]:
    """Return all schemas by their new names, and a function that rewrites the references of a part."""
    clashing = _clashing(parts)

    def new_name(part: str, name: str) -> str:
        own = re.sub(r"_+", "_", name).strip("_")
        return f"{''.join(word.capitalize() for word in part.split('_'))}_{own}" if name in clashing else own

    def renamed(part: str, piece: Json) -> Json:
        text = json.dumps(piece)
        rewritten: Json = json.loads(_REFERENCE.sub(lambda match: _PREFIX + new_name(part, match[1]), text))
        return rewritten

    schemas = {
        new_name(part, name): renamed(part, schema)
        for part in sorted(parts)
        for name, schema in sorted(parts[part].items())
    }
    return dict(sorted(schemas.items())), renamed


def _clashing(parts: Mapping[str, Mapping[str, Json]]) -> set[str]:
    """Names with different meanings in different parts, by themselves or through their references."""
    texts: dict[str, set[str]] = {}
    for schemas in parts.values():
        for name, schema in schemas.items():
            texts.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    clashing = {name for name, different in texts.items() if len(different) > 1}
    while True:
        more = {
            name
            for name, different in texts.items()
            if name not in clashing and any(set(_REFERENCE.findall(text)) & clashing for text in different)
        }
        if not more:
            return clashing
        clashing |= more


def pruned(document: Json) -> Json:
    """Return the document without unreferenced schemas."""
    schemas: Json = document["components"]["schemas"]
    parts = {"paths": document["paths"], "responses": document["components"].get("responses", {})}
    waiting = set(_REFERENCE.findall(json.dumps(parts)))
    kept: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting |= set(_REFERENCE.findall(json.dumps(schemas[name])))
    document["components"]["schemas"] = {
        name: _without_empty_defaults(schema) for name, schema in schemas.items() if name in kept
    }
    return document


def _without_empty_defaults(piece: Any) -> Any:
    """Drop empty-text defaults, which mean "not sent", like the missing `required`."""
    if isinstance(piece, dict):
        return {
            name: _without_empty_defaults(value) for name, value in piece.items() if (name, value) != ("default", "")
        }
    return [_without_empty_defaults(value) for value in piece] if isinstance(piece, list) else piece
