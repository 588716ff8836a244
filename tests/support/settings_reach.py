"""Settings that a function reads, found by following its code from the handler through the container into the domains.

A name that the reached code mentions is followed; a method counts as called when its name appears after a dot anywhere
in the reached code. So too much may be found, never too little, as long as settings are loaded with `Class.load()`.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from auto360.core.settings import EnvSettings

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "common"
_VALIDATORS = ("model_validator", "field_validator")


@dataclass(frozen=True)
class Reads:
    """Variables of a function: those it must be given, and all that its settings classes know."""

    needed: frozenset[str]
    known: frozenset[str]


def settings_classes() -> list[type[EnvSettings]]:
    """Return every group of settings in the package."""
    for path in (PACKAGE / "auto360").rglob("*.py"):
        importlib.import_module(_module_name(path))
    return sorted(_subclasses(EnvSettings), key=lambda group: group.__qualname__)


def reads_of(function: str) -> Reads:
    """Return the settings that a function reads."""
    reach = _Reach()
    reach.enter_module(_Module.parse(ROOT / "functions" / function / "handler.py", f"functions.{function}"), whole=True)
    reach.run()
    loaded = [_class_at(name) for name in reach.loaded]
    needed = {
        name.upper()
        for group in loaded
        for name, setting in group.model_fields.items()
        if setting.is_required() or name in reach.attributes
    }
    return Reads(frozenset(needed), frozenset(name.upper() for group in loaded for name in group.model_fields))


@dataclass(frozen=True)
class _Module:
    """Parsed module: what it imports, defines, and runs at once."""

    name: str
    imports: dict[str, str]
    definitions: dict[str, ast.AST]
    at_once: tuple[ast.stmt, ...]

    @classmethod
    def parse(cls, path: Path, name: str) -> _Module:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imports |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                imports |= {alias.asname or alias.name: alias.name for alias in node.names}
        kinds = (ast.FunctionDef, ast.ClassDef)
        definitions: dict[str, ast.AST] = {node.name: node for node in tree.body if isinstance(node, kinds)}
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            definitions |= {target.id: node for target in targets if isinstance(target, ast.Name)}
        at_once = tuple(
            node for node in tree.body if not isinstance(node, (*kinds, ast.Import, ast.ImportFrom, ast.Assign))
        )
        return cls(name, imports, definitions, at_once)


def _is_route(node: ast.AST) -> bool:
    """Return True if a decorator registers the function with the router of its module."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(part, ast.Call) and ast.unparse(part.func).startswith("router.") for part in node.decorator_list
    )


@dataclass
class _Reach:
    """Code reached so far."""

    attributes: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _methods: dict[str, list[tuple[_Module, ast.FunctionDef]]] = field(default_factory=dict)
    _to_do: list[tuple[_Module, ast.AST]] = field(default_factory=list)

    def enter_module(self, module: _Module, *, whole: bool = False) -> None:
        """Reach the code that a module runs at its import, and its routes; `whole` reaches all of it."""
        if f"{module.name}:" not in self._seen:
            self._seen.add(f"{module.name}:")
            self._to_do += [(module, node) for node in module.at_once]
        for name, node in module.definitions.items():
            if whole or _is_route(node):
                self._define(module, name)

    def run(self) -> None:
        """Follow until nothing new is found."""
        while self._to_do:
            module, node = self._to_do.pop()
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute):
                    self._touch(part.attr)
                if isinstance(part, ast.Name | ast.Attribute) and (dotted := _dotted(part)):
                    self._follow(module, dotted)

    def _touch(self, attribute: str) -> None:
        if attribute not in self.attributes:
            self.attributes.add(attribute)
            self._to_do += self._methods.pop(attribute, [])

    def _follow(self, module: _Module, dotted: str) -> None:
        first, _, rest = dotted.partition(".")
        target = f"{module.imports[first]}.{rest}".rstrip(".") if first in module.imports else f"{module.name}.{dotted}"
        if target.endswith(".load"):
            self.loaded.add(target.removesuffix(".load"))
        for module_name, name in _splits(target):
            found = module if module_name == module.name else _load(module_name)
            if found is not None:
                self.enter_module(found)
                if name in found.definitions:
                    self._define(found, name)
                return

    def _define(self, module: _Module, name: str) -> None:
        if f"{module.name}:{name}" in self._seen:
            return
        self._seen.add(f"{module.name}:{name}")
        node = module.definitions[name]
        if not isinstance(node, ast.ClassDef):
            self._to_do.append((module, node))
            return
        self._to_do += [(module, part) for part in (*node.bases, *node.decorator_list)]
        for part in node.body:
            if not isinstance(part, ast.FunctionDef) or part.name.startswith("__") or part.name in self.attributes:
                self._to_do.append((module, part))
            elif not _is_validator(part):
                self._methods.setdefault(part.name, []).append((module, part))


def _is_validator(method: ast.FunctionDef) -> bool:
    """Validators look at fields only to compare them; that alone makes no variable needed."""
    return any(name in ast.dump(decorator) for decorator in method.decorator_list for name in _VALIDATORS)


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def _splits(target: str) -> Iterator[tuple[str, str]]:
    """Yield every way to read a dotted name as module and definition, the longest module first."""
    parts = target.split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length]), parts[length] if length < len(parts) else ""


@cache
def _load(name: str) -> _Module | None:
    base = PACKAGE.joinpath(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if name.startswith("auto360") and path.is_file():
            return _Module.parse(path, name)
    return None


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _subclasses(group: type[EnvSettings]) -> Iterator[type[EnvSettings]]:
    for below in group.__subclasses__():
        if below.__module__.startswith("auto360."):
            yield below
            yield from _subclasses(below)


def _class_at(name: str) -> type[EnvSettings]:
    module, _, attribute = name.rpartition(".")
    found: type[EnvSettings] = getattr(importlib.import_module(module), attribute)
    assert issubclass(found, EnvSettings), f"{name}.load() is no settings class"
    return found
