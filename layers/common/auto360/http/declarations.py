"""Declarations for the OpenAPI document: required sign-in and refusals of routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from auto360.core.errors import DomainError

Route = TypeVar("Route", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declares:
    """Mark of a parameter type or of middleware: additions to every route that uses it."""

    signed_in: Literal["required", "optional"] | None = None
    refusals: tuple[type[DomainError], ...] = ()
    takes_any_body: bool = False
    answers_not_modified: bool = False
    kept_seconds: int = 0
    """Seconds for which shared caches may keep answers to callers without a token; 0: none."""
    statuses: tuple[int, ...] = ()
    """Statuses of refusals with a different form."""


def refuses(*refusals: type[DomainError]) -> Callable[[Route], Route]:
    """Declare the refusals of a route beyond those of its parameter types and its middleware."""
    return declares(Declares(refusals=refusals))


def declares(mark: Declares) -> Callable[[Route], Route]:
    """Declare the additions of a route or middleware; `declared` reads them."""

    def mark_it(function: Route) -> Route:
        function.__dict__["__declares__"] = mark
        return function

    return mark_it


def declared(function: Callable[..., Any]) -> Declares:
    """Return the declarations of a route or middleware."""
    mark: Declares = function.__dict__.get("__declares__", Declares())
    return mark
