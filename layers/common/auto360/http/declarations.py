"""Declarations that the OpenAPI document reads: who must be signed in, and which refusals a caller may get."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from auto360.core.errors import DomainError

Route = TypeVar("Route", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declares:
    """Mark of a parameter type or of middleware: what it adds to every route that uses it."""

    signed_in: Literal["required", "optional"] | None = None
    refusals: tuple[type[DomainError], ...] = ()
    takes_any_body: bool = False
    answers_not_modified: bool = False
    kept_seconds: int = 0
    """How long shared caches may keep answers to callers without a token; 0: nothing keeps them."""
    statuses: tuple[int, ...] = ()
    """Statuses of refusals that have a form of their own."""


def refuses(*refusals: type[DomainError]) -> Callable[[Route], Route]:
    """Declare the refusals of a route beyond those of its parameter types and its middleware."""
    return declares(Declares(refusals=refusals))


def declares(mark: Declares) -> Callable[[Route], Route]:
    """Declare what a route or middleware adds; `declared` reads it."""

    def mark_it(function: Route) -> Route:
        function.__dict__["__declares__"] = mark
        return function

    return mark_it


def declared(function: Callable[..., Any]) -> Declares:
    """Return what a route or middleware declares about itself."""
    mark: Declares = function.__dict__.get("__declares__", Declares())
    return mark
