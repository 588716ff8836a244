"""Refusals that a function can give: error classes that the code it reaches mentions, and reasons of SQL functions.

More may be found than a single route can raise, never less: an error that is raised is mentioned by name, and the
comment of an SQL function names its reasons.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from auto360.core.errors import DomainError
from auto360.core.refusals import refusal_of
from infra.artifact import FUNCTIONS, LAYER
from infra.import_graph import PACKAGE, reached_files

_CALLS = LAYER / PACKAGE / "providers" / "database" / "functions"
_REASONS = re.compile(r"Reasons?: ([a-z_, ]+)")
# What the gateway itself answers (docs/errors.md).
_OF_THE_GATEWAY = {404: {"not_found"}, 405: {"method_not_allowed"}, 413: {"payload_too_large"}}


def refusals_of(function: str) -> dict[int, list[str]]:
    """Codes by HTTP status."""
    handler = FUNCTIONS / function / "handler.py"
    files = reached_files(handler, layer=LAYER)
    homes = [path for path in files if path.name == "errors.py" or path.parent.name == "refusals"]
    calls = [path for path in files if path.parent == _CALLS]
    mentioned = {name for path in (handler, *files) if path not in (*homes, *calls) for name in _mentioned(path)}
    for path in homes:
        importlib.import_module(".".join(path.relative_to(LAYER).with_suffix("").parts))
    found: dict[int, set[str]] = {status: set(codes) for status, codes in _OF_THE_GATEWAY.items()}
    reasons = {
        refusal_of(code) for path in calls for name, codes in _reasons(path) if name in mentioned for code in codes
    }
    for kind in (*reasons, *(each for each in _kinds(DomainError) if each.__name__ in mentioned)):
        found.setdefault(kind.status, set()).add(kind.code)
    return {status: sorted(found[status]) for status in sorted(found)}


def _reasons(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the calls of SQL functions in a file, with the reasons that their comments name."""
    for node in _tree(path).body:
        if isinstance(node, ast.FunctionDef):
            told = _REASONS.search(re.sub(r" ?\([^)]*\)", "", " ".join((ast.get_docstring(node) or "").split())))
            yield node.name, re.findall(r"\w+", told[1]) if told else []


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


@cache
def _mentioned(path: Path) -> frozenset[str]:
    """Names that a file uses; an import alone uses nothing."""
    return frozenset(_names(_tree(path)))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
