"""Modules of `auto360` that a function can import: from its handler through every import, lazy ones included.

An artifact contains these and no other, so that a change in one domain makes new artifacts of the functions that use it
and of no other (docs/decisions/0060). An import inside a function body counts; one with a computed name cannot
be found, so the package has none, as a test checks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "auto360"


def reached_files(handler: Path, *, layer: Path) -> list[Path]:
    """Return the files of the package below `layer` that the handler may import, sorted.

    Packages bring their `__init__`.
    """
    found: set[Path] = set()
    waiting = list(_imported_from(handler, layer))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imported_from(path, layer)
    return sorted(found)


@cache
def _imported_from(path: Path, layer: Path) -> tuple[Path, ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {name for node in ast.walk(tree) for name in _names(node) if name.split(".")[0] == PACKAGE}
    return tuple(file for name in names for file in _files(name, layer))


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the possible meanings of an import: in `from a.b import c`, `c` is a module or a name inside of `a.b`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(name: str, layer: Path) -> Iterator[Path]:
    """Yield the file of a module, and the `__init__` of every package above it."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        base = layer.joinpath(*parts[:length])
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                yield path
