"""Refusals that code can raise: from a function through the calls whose target its annotations tell.

Types of names come from annotations, as a type checker takes them; calls of ports end at the port. An SQL function
brings the reasons of its comment where its caller passes the answer to `accepted`.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from auto360.core.errors import DomainError
from auto360.core.refusals import accepted, refusal_of
from auto360.providers.database import act_for
from tests.support.meanings import (
    Is,
    Meaning,
    Of,
    attribute,
    closure,
    elements,
    evaluated,
    hints,
    imported,
    names_of,
    of,
    plain,
    result,
)

Refusals = frozenset[type[DomainError]]
_STUBS = "auto360.providers.database.functions."
_REASONS = re.compile(r"Reasons?: ([a-z_, ]+)")


class SessionChecked(DomainError):
    """Stands for the refusals of a session that has ended: after `act_for` every later call may raise them."""


def refusals_of(function: Callable[..., Any]) -> Refusals:
    """Return the refusals that a function can raise."""
    found = _Reading(plain(function), None).refusals()
    ended = frozenset(map(refusal_of, ("account_blocked", "authentication_required")))
    return found - {SessionChecked} | ended if SessionChecked in found else found


def checks_session(function: Callable[..., Any]) -> bool:
    """Return True if a function binds the request to the session of a caller."""
    return SessionChecked in _Reading(plain(function), None).refusals()


_known: dict[tuple[Any, Any], Refusals] = {}


def _raised_by(function: Any, owner: Any) -> Refusals:
    """Return the refusals of a function of ours; one that is being read adds nothing to itself."""
    function = plain(function)
    key = (function, owner)
    if function is act_for:
        return frozenset({SessionChecked})
    if not isinstance(function, types.FunctionType) or not _is_ours(function) or function is accepted:
        return frozenset()
    if key not in _known:
        _known[key] = frozenset()
        _known[key] = _Reading(function, owner).refusals()
    return _known[key]


def _is_ours(function: Any) -> bool:
    module = getattr(function, "__module__", "") or ""
    return module.startswith(("auto360.", "openapi_of_")) and not module.startswith(_STUBS)


@dataclass
class _Reading:
    function: Any
    owner: Any
    scope: dict[str, tuple[Meaning, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lines = textwrap.dedent(inspect.getsource(self.function))
        self.tree = ast.parse(lines).body[0]
        self.names = names_of(inspect.getmodule(self.function)) | closure(self.function)
        self.passes_on = any(each is accepted for each in self.names.values())
        for name, kind in hints(self.function, self.names).items():
            self.scope[name] = of(kind)
        parameters = list(inspect.signature(self.function).parameters)
        if self.owner is not None and parameters[:1] in (["self"], ["cls"]):
            self.scope[parameters[0]] = (Of(self.owner),) if parameters[0] == "self" else (Is(self.owner),)
        for _ in range(2):
            for node in ast.walk(self.tree):
                self._bind(node)

    def refusals(self) -> Refusals:
        assert isinstance(self.tree, ast.FunctionDef)
        return frozenset().union(*(self._raised(node) for node in self.tree.body))

    def _raised(self, node: ast.AST) -> Refusals:
        if isinstance(node, ast.Try):
            return self._raised_in_try(node)
        found = frozenset().union(*(self._raised(child) for child in ast.iter_child_nodes(node)))
        if isinstance(node, ast.Name | ast.Attribute):
            for meaning in self.means(node):
                found |= self._raised_at(meaning)
        elif isinstance(node, ast.Call):
            for meaning in self.means(node.func):
                if isinstance(meaning, Of) and inspect.isfunction(call := getattr(meaning.kind, "__call__", None)):  # noqa: B004
                    found |= _raised_by(call, meaning.kind)
        return found

    def _raised_at(self, meaning: Meaning) -> Refusals:
        if not isinstance(meaning, Is):
            return frozenset()
        if isinstance(meaning.thing, type):
            if issubclass(meaning.thing, DomainError):
                return frozenset({meaning.thing} - {DomainError})
            made = vars(meaning.thing).get("__post_init__") or vars(meaning.thing).get("__init__")
            is_own = inspect.isfunction(made) and inspect.getsourcefile(made) not in (None, "<string>")
            return _raised_by(made, meaning.thing) if is_own and _is_ours(made) else frozenset()
        thing = plain(meaning.thing.fget if isinstance(meaning.thing, property) else meaning.thing)
        if (getattr(thing, "__module__", None) or "").startswith(_STUBS) and self.passes_on:
            return _reasons(thing)
        return _raised_by(thing, meaning.owner)

    def _raised_in_try(self, node: ast.Try) -> Refusals:
        inside = frozenset().union(*(self._raised(each) for each in node.body))
        after: Refusals = frozenset()
        for handler in node.handlers:
            kinds = tuple(meaning.thing for meaning in self._kinds(handler.type) if isinstance(meaning.thing, type))
            caught = frozenset(each for each in inside if issubclass(each, kinds))
            again = any(isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(handler))
            inside -= caught
            after |= (caught if again else frozenset()).union(*(self._raised(each) for each in handler.body))
        return inside | after.union(*(self._raised(each) for each in (*node.orelse, *node.finalbody)))

    def _kinds(self, node: ast.expr | None) -> Iterator[Is]:
        if node is None:
            yield Is(BaseException)
        for part in node.elts if isinstance(node, ast.Tuple) else [node] if node else []:
            yield from (meaning for meaning in self.means(part) if isinstance(meaning, Is))

    def _bind(self, node: ast.AST) -> None:
        """Remember the types of the names that a statement gives."""
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                self.scope[alias.asname or alias.name] = (Is(imported(node.module, alias.name)),)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.scope[node.target.id] = of(evaluated(ast.unparse(node.annotation), self.names))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.NamedExpr):
            self._name(node.target, self.means(node.value))
        elif isinstance(node, ast.For | ast.comprehension):
            self._name(node.target, tuple(each for meaning in self.means(node.iter) for each in elements(meaning)))
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._name(node.optional_vars, self.means(node.context_expr))

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for name, part in zip(target.elts, value.elts, strict=False):
                self._assign(name, part)
        else:
            self._name(target, self.means(value))

    def _name(self, target: ast.expr, meanings: tuple[Meaning, ...]) -> None:
        if isinstance(target, ast.Name) and meanings:
            self.scope[target.id] = meanings
        elif isinstance(target, ast.Tuple):
            parts = [get_args(m.kind) for m in meanings if isinstance(m, Of) and get_origin(m.kind) is tuple]
            for each, kind in zip(target.elts, parts[0] if parts else (), strict=False):
                self._name(each, of(kind))

    def means(self, node: ast.expr) -> tuple[Meaning, ...]:
        """Return the possible meanings of an expression; none where the annotations do not tell."""
        if isinstance(node, ast.Name):
            return self.scope.get(node.id) or ((Is(self.names[node.id]),) if node.id in self.names else ())
        if isinstance(node, ast.Attribute):
            return tuple(each for base in self.means(node.value) for each in attribute(base, node.attr))
        if isinstance(node, ast.Call):
            return tuple(each for called in self.means(node.func) for each in result(called))
        if isinstance(node, ast.Subscript):
            return tuple(each for base in self.means(node.value) for each in elements(base, of_values=True))
        if isinstance(node, ast.IfExp | ast.BoolOp):
            parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            return tuple(each for part in parts for each in self.means(part))
        return self.means(node.value) if isinstance(node, ast.NamedExpr) else ()


def _reasons(stub: Callable[..., Any]) -> Refusals:
    text = re.sub(r" ?\([^)]*\)", "", " ".join((inspect.getdoc(stub) or "").split()))
    told = _REASONS.search(text)
    return frozenset(map(refusal_of, re.findall(r"\w+", told[1]) if told else ()))
