"""Refusals that a function can give: every error class that the code it reaches mentions.

More may be found than a single route can raise, never less: an error that is raised is mentioned by name.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from auto360.core.errors import DomainError
from infra.artifact import FUNCTIONS, LAYER
from infra.import_graph import PACKAGE, reached_files

# What the gateway itself answers (docs/errors.md).
_OF_THE_GATEWAY = {404: {"not_found"}, 405: {"method_not_allowed"}, 413: {"payload_too_large"}}


def refusals_of(function: str) -> dict[int, list[str]]:
    """Codes by HTTP status."""
    handler = FUNCTIONS / function / "handler.py"
    files = reached_files(handler, layer=LAYER)
    definitions = [path for path in files if path.name == "errors.py" and path.parent.name != PACKAGE]
    others = [path for path in (handler, *files) if path not in definitions]
    mentioned = {name for path in others for name in _mentioned(path)}
    imported = {name for path in others for name in _imported(path)}
    for path in definitions:
        module = ".".join(path.relative_to(LAYER).with_suffix("").parts)
        importlib.import_module(module)
        mentioned |= _used_of(path, module, mentioned, imported)
    found: dict[int, set[str]] = {status: set(codes) for status, codes in _OF_THE_GATEWAY.items()}
    for kind in _kinds(DomainError):
        if kind.__name__ in mentioned:
            found.setdefault(kind.status, set()).add(kind.code)
    return {status: sorted(found[status]) for status in sorted(found)}


def _used_of(path: Path, module: str, mentioned: set[str], imported: set[str]) -> set[str]:
    """Return the names that an `errors.py` mentions, as far as other files use them."""
    own = _definitions(path)
    waiting = [name for name in own if f"{module}.{name}" in imported or (module in imported and name in mentioned)]
    used: set[str] = set()
    while waiting:
        names = own[waiting.pop()] - used
        used |= names
        waiting += [name for name in names if name in own]
    return used


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


@cache
def _definitions(path: Path) -> dict[str, frozenset[str]]:
    """Tables and functions of a file, with the names that each mentions; classes are what is looked for."""
    found = {}
    for node in _tree(path).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = frozenset(_names(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {each.id: frozenset(_names(node)) for each in targets if isinstance(each, ast.Name)}
    return found


@cache
def _imported(path: Path) -> frozenset[str]:
    """Return the names that a file imports, with their modules."""
    imports = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom))
    return frozenset(f"{node.module}.{alias.name}" for node in imports for alias in node.names)


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
