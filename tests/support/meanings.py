"""Meanings of expressions by their annotations: which object is named, or of which type a value is."""

from __future__ import annotations

import ast
import collections.abc
import functools
import importlib
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, Union, get_args, get_origin


@dataclass(frozen=True)
class Is:
    """Object that code names: a module, a class, a function; a method with the class of its object."""

    thing: Any
    owner: Any = None


@dataclass(frozen=True)
class Of:
    """Value of a type."""

    kind: Any


Meaning = Is | Of


def plain(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function.__func__ if isinstance(function, types.MethodType | staticmethod | classmethod) else function


def attribute(base: Meaning, name: str) -> Iterator[Meaning]:
    if isinstance(base, Is) and (isinstance(base.thing, types.ModuleType | type)):
        found = getattr(base.thing, name, None)
        owner = base.thing if isinstance(base.thing, type) else None
        yield from () if found is None else (Is(found, owner),)
        return
    for value in _values(base):
        kind = get_origin(value.kind) or value.kind
        if issubclass(kind, dict | Mapping) and name in ("values", "items", "get", "pop"):
            key, item = (*get_args(value.kind), Any, Any)[:2]
            results = {"values": Iterable[item], "items": Iterable[tuple[key, item]]}  # type: ignore[valid-type]
            yield Of(Callable[[], results.get(name, item)])
        elif name in (known := hints(kind, names_of(inspect.getmodule(kind)))):
            yield from of(known[name])
        elif (found := inspect.getattr_static(kind, name, None)) is not None:
            yield Is(found, kind)


def _values(meaning: Meaning) -> Iterator[Of]:
    """Return what an expression is a value of; a property is a value of what it returns."""
    if isinstance(meaning, Of):
        yield from (meaning,) if isinstance(get_origin(meaning.kind) or meaning.kind, type) else ()
    elif isinstance(meaning.thing, property | functools.cached_property):
        getter = meaning.thing.fget if isinstance(meaning.thing, property) else meaning.thing.func
        yield from _values_of_result(getter, meaning.owner)
    elif not isinstance(meaning.thing, types.FunctionType | types.ModuleType | type):
        yield Of(type(meaning.thing))


def _values_of_result(function: Any, owner: Any) -> Iterator[Of]:
    kind = hints(function, names_of(inspect.getmodule(function))).get("return")
    for each in of(owner if kind is typing.Self else kind):
        if isinstance(each, Of):
            yield each


def result(called: Meaning) -> Iterator[Meaning]:
    if isinstance(called, Is) and isinstance(called.thing, type):
        yield Of(called.thing)
    elif isinstance(called, Is) and isinstance(function := plain(called.thing), types.FunctionType):
        yield from _values_of_result(function, called.owner)
    else:
        for value in [called] if isinstance(called, Of) else _values(called):
            if get_origin(value.kind) is collections.abc.Callable:
                yield from of(get_args(value.kind)[-1])
            elif inspect.isfunction(call := getattr(value.kind, "__call__", None)):  # noqa: B004
                yield from _values_of_result(call, value.kind)


def elements(meaning: Meaning, *, of_values: bool = False) -> Iterator[Meaning]:
    """Return what a loop over a value gives, or, for a dictionary, its values."""
    for value in _values(meaning):
        arguments = get_args(value.kind)
        if arguments:
            is_mapping = issubclass(get_origin(value.kind), dict | Mapping)
            yield from of(arguments[-1 if is_mapping and of_values else 0])


def of(kind: Any) -> tuple[Meaning, ...]:
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(each for part in get_args(kind) for each in of(part))
    if get_origin(kind) is typing.Annotated:
        return of(get_args(kind)[0])
    if get_origin(kind) is type:
        return tuple(Is(part) for part in get_args(kind))
    if kind is None or kind is type(None) or kind is Any or isinstance(kind, TypeVar | str):
        return ()
    return (Of(kind),)


@functools.cache
def _imports_for_types(module: types.ModuleType) -> dict[str, Any]:
    """Return the names that a module imports for annotations alone."""
    found: dict[str, Any] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for each in node.body:
                if isinstance(each, ast.ImportFrom) and each.module:
                    found |= {(a.asname or a.name): imported(each.module, a.name) for a in each.names}
    return found


def names_of(module: types.ModuleType | None) -> dict[str, Any]:
    if module is None or not module.__name__.startswith(("auto360", "openapi_of_")):
        return dict(vars(module)) if module else {}
    return _imports_for_types(module) | vars(module)


def imported(module: str, name: str) -> Any:
    found = importlib.import_module(module)
    return getattr(found, name) if hasattr(found, name) else importlib.import_module(f"{module}.{name}")


def closure(function: Any) -> dict[str, Any]:
    return dict(inspect.getclosurevars(function).nonlocals)


def evaluated(text: str, names: dict[str, Any]) -> Any:
    try:
        return eval(text, dict(names))  # noqa: S307 - annotations of our own code
    except (NameError, TypeError):
        return None


def hints(thing: Any, names: dict[str, Any]) -> dict[str, Any]:
    """Return the annotations of a function, or of a class with those above it."""
    found: dict[str, Any] = {}
    for each in reversed(thing.__mro__) if isinstance(thing, type) else [thing]:
        own = names_of(inspect.getmodule(each)) | names if isinstance(thing, type) else names
        for name, kind in inspect.get_annotations(each).items():
            found[name] = evaluated(kind, own) if isinstance(kind, str) else kind
    return found
