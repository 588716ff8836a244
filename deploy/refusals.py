"""Which refusals a function can give: every error class that the code it reaches mentions.

More may be found than a single route can raise, never less: an error that is raised is mentioned by name.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from auto360.errors import DomainError
from deploy.artifact import FUNCTIONS, LAYER
from deploy.reach import reached_files

# What the gateway itself answers (docs/errors.md).
_OF_THE_GATEWAY = {404: {"not_found"}, 405: {"method_not_allowed"}, 413: {"payload_too_large"}}


def refusals_of(function: str) -> dict[int, list[str]]:
    """Codes by HTTP status."""
    handler = FUNCTIONS / function / "handler.py"
    files = reached_files(handler, layer=LAYER)
    for path in files:
        if path.name == "errors.py":
            importlib.import_module(".".join(path.relative_to(LAYER).with_suffix("").parts))
    mentioned = {name for path in (handler, *files) for name in _mentioned(path)}
    found: dict[int, set[str]] = {status: set(codes) for status, codes in _OF_THE_GATEWAY.items()}
    for kind in _kinds(DomainError):
        if kind.__name__ in mentioned:
            found.setdefault(kind.status, set()).add(kind.code)
    return {status: sorted(found[status]) for status in sorted(found)}


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


@cache
def _mentioned(path: Path) -> frozenset[str]:
    """Names that a file uses; the definition of an error class alone uses nothing, an import does."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)})
