"""Finds the function for a method and a path, like the cloud's gateway: literal parts before parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from local.gateway.template import FunctionSpec, Template


@dataclass(frozen=True)
class Route:
    """Path template with its function."""

    method: str
    path: str
    function: FunctionSpec
    alias: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the segments of the path."""
        return _split(self.path)

    @property
    def rank(self) -> tuple[bool, tuple[int, ...], bool]:
        """Order of routes: greedy ones last, more exact before less exact, own paths before aliases."""
        kinds = tuple(2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in self.parts)
        return 2 in kinds, (*kinds, -1), self.alias

    def parameters(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """Return the values of the path's parameters, or None for another path."""
        own, values = self.parts, dict[str, str]()
        for index, part in enumerate(own):
            if part.endswith("+}"):
                rest = parts[index:]
                return {**values, part[1:-2]: "/".join(rest)} if rest else None
            if index >= len(parts):
                return None
            if part.startswith("{"):
                values[part[1:-1]] = parts[index]
            elif part != parts[index]:
                return None
        return values if len(own) == len(parts) else None


@dataclass(frozen=True)
class Match:
    """Matching route, and its parameters."""

    route: Route
    parameters: dict[str, str]


@dataclass(frozen=True)
class OtherMethods:
    """Path that exists with other methods only."""

    allowed: tuple[str, ...]


class Router:
    """Routes of a template, with their aliases."""

    def __init__(self, template: Template) -> None:
        self.routes = sorted(_routes(template), key=lambda route: route.rank)

    def find(self, method: str, path: str) -> Match | OtherMethods | None:
        """Return the route of a request.

        OPTIONS goes to the path's function, which has the allowed origins; HEAD to GET.
        """
        parts, allowed = _split(path), []
        for route in self.routes:
            values = route.parameters(parts)
            if values is None:
                continue
            if route.method in (method, "ANY", "GET" if method == "HEAD" else method) or method == "OPTIONS":
                return Match(route, values)
            allowed += [each for each in _answered(route.method) if each not in allowed]
        return OtherMethods((*allowed, "OPTIONS")) if allowed else None


def _routes(template: Template) -> Iterable[Route]:
    for function in template.functions:
        for event in function.routes:
            yield Route(event.method, event.path, function)
            for prefix, others in template.aliases.items():
                if event.path.startswith(prefix + "/"):
                    for other in others:
                        yield Route(event.method, other + event.path.removeprefix(prefix), function, alias=True)


def _answered(method: str) -> tuple[str, ...]:
    return ("GET", "HEAD") if method == "GET" else (method,)


def _split(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/")) if path.strip("/") else ()
