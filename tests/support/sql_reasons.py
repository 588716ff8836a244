"""Reasons with which SQL functions refuse: those that their bodies return, and those that their comments name.

Bodies are read as text. A reason reaches the answer as `{"reason": "x"}`, or by an expression after `'reason',`, in an
assignment to a variable of that meaning or before `as reason`; or a function that is called brings it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from local.migrations import migrations_in
from local.paths import MIGRATIONS

_FUNCTION = re.compile(
    r"^create function ([\w.]+)\s*\((.*?)\b(?:as )\$\$(.*?)\$\$;", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_COMMENT = re.compile(r"^comment on function ([\w.]+)\([^;]*?\) is\s*((?:'(?:[^']|'')*'\s*)+);", re.MULTILINE)
_DECLARED = re.compile(r"Reasons?: ([a-z_, ]+)")
_CALLED = re.compile(r"\b((?:private|public)\.\w+)\(")
_IN_JSON = re.compile(r"""'\{"reason": "(\w+)"[^']*'""")
_ASSIGNED = re.compile(r"\b(?:v_reason|v_refusal|reason)(?: constant)?(?: text)? := ([^;]*);")
_NAMED = re.compile(r"\bselect (private\.\w+\([^;()]*\)) as reason\b")
_BUILT = re.compile(r"jsonb_build_object\('reason', ")
_RETURNED = re.compile(r"\breturn (?:\(select )?pg_catalog\.jsonb_build_object\((?='reason', )")
# Notes a refusal about money in the audit log and answers with it.
_DENIED = re.compile(r"private\.deny_money\([^;]*?, '(\w+)', p_policy\)")
# A literal where an expression has its result, not where it compares.
_RESULT = re.compile(
    r"(?:^|\bthen |\belse |\breturn |\bselect |coalesce\([\w.]+, )'([a-z_]+)'(?= *(?:$|when|else|end|;|\)))"
)


@dataclass(frozen=True)
class _Function:
    head: str
    body: str
    expressions: tuple[str, ...] = field(default=())

    @property
    def result(self) -> str:
        """Return the type of the result; `record` for out parameters."""
        returns = re.search(r"\breturns ([\w.]+)", self.head)
        return returns[1] if returns else "record"


class Reasons:
    """Reasons of the functions of a folder of migrations."""

    def __init__(self, migrations: Path = MIGRATIONS) -> None:
        self._functions: dict[str, list[_Function]] = {}
        self._comments: dict[str, list[str]] = {}
        for migration in migrations_in(migrations):
            for name, head, body in _FUNCTION.findall(migration.text):
                self._functions.setdefault(name, []).append(_read(head, body))
            for name, literals in _COMMENT.findall(migration.text):
                text = "".join(re.findall(r"'((?:[^']|'')*)'", literals))
                self._comments.setdefault(name, []).append(text)

    def names(self) -> list[str]:
        """Return the names of the public functions."""
        return sorted(name.removeprefix("public.") for name in self._functions if name.startswith("public."))

    def returned(self, name: str) -> set[str]:
        """Return the reasons that the body of a public function can answer with."""
        return self._answered(f"public.{name}", frozenset())

    def declared(self, name: str) -> set[str]:
        """Return the reasons that the comment of a public function names."""
        found: set[str] = set()
        for text in self._comments.get(f"public.{name}", ()):
            told = _DECLARED.search(re.sub(r" ?\([^)]*\)", "", text))
            found |= set(re.findall(r"\w+", told[1])) if told else set()
        return found

    def keys(self, name: str) -> set[str]:
        """Return the keys that the body of a public function puts beside a reason that it returns."""
        found: set[str] = set()
        for function in self._functions[f"public.{name}"]:
            for start in (match.end() for match in _RETURNED.finditer(function.body)):
                found |= {key.strip(" '") for key in _arguments(function.body[start:])[::2]}
        return found - {"reason"}

    def _answered(self, name: str, above: frozenset[str]) -> set[str]:
        if name in above:
            return set()
        found: set[str] = set()
        for function in self._functions.get(name, ()):
            found |= {*_IN_JSON.findall(function.body), *_DENIED.findall(function.body)}
            for expression in function.expressions:
                found |= self._of_expression(expression, above | {name})
            for called in set(_CALLED.findall(function.body)):
                if any(each.result in ("jsonb", "record") for each in self._functions.get(called, ())):
                    found |= self._answered(called, above | {name})
        return found

    def _of_expression(self, expression: str, above: frozenset[str]) -> set[str]:
        found = set(_RESULT.findall(_without_arguments(expression)))
        for called in set(_CALLED.findall(expression)) - above:
            for function in self._functions.get(called, ()):
                if function.result == "text":
                    found |= self._of_text(function, above | {called})
        return found

    def _of_text(self, function: _Function, above: frozenset[str]) -> set[str]:
        """Return the reasons of a function that returns one as text, or null."""
        return self._of_expression(function.body, above)


def _read(head: str, body: str) -> _Function:
    bare = re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", body))
    found = [*_ASSIGNED.findall(bare), *_NAMED.findall(bare)]
    found += [_argument(bare[match.end() :]) for match in _BUILT.finditer(bare)]
    return _Function(" ".join(head.split()), bare, tuple(found))


def _without_arguments(expression: str) -> str:
    """Return an expression without what it gives to functions: such literals are no results."""
    kept = ""
    while call := _CALLED.search(expression):
        kept, expression = kept + expression[: call.end()], expression[call.end() :]
        expression = expression[len(",".join(_arguments(expression))) :]
    return kept + expression


def _arguments(text: str) -> list[str]:
    """Return the arguments up to the bracket that ends them."""
    found = [_argument(text)]
    while text[len(found[-1]) :].startswith(","):
        text = text[len(found[-1]) + 1 :]
        found.append(_argument(text))
    return found


def _argument(text: str) -> str:
    """Return the text up to the comma or the bracket that ends an argument."""
    depth = 0
    for place, letter in enumerate(text):
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
        if depth < 0 or (letter == "," and depth == 0):
            return text[:place]
    return text
