"""Subscriptions of a channel: table, kind of change, filters. Errors have the service's wording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_COMPARISONS = ("eq", "neq", "lt", "lte", "gt", "gte", "in", "like", "ilike", "is", "match", "imatch", "isdistinct")
_EVENTS = ("INSERT", "UPDATE", "DELETE")


class BadBinding(Exception):
    """Invalid parameters of a subscription; the message is sent to the client."""


@dataclass(frozen=True)
class Filter:
    """`column=comparison.value`; a list is in the form of an array literal."""

    column: str
    comparison: str
    value: str
    negated: bool = False


@dataclass(frozen=True)
class Binding:
    """Parsed entry of `postgres_changes`. A star stands for every schema, table or event."""

    schema: str
    table: str
    event: str
    filters: tuple[Filter, ...] = ()
    columns: tuple[str, ...] = ()

    def described(self) -> str:
        """Describe the binding in the form of the service's refusals."""
        filters = [(one.column, one.comparison, one.value, one.negated) for one in self.filters]
        columns = list(self.columns) or "nil"
        return f"event: {self.event}, schema: {self.schema}, table: {self.table}, filters: {filters}, select: {columns}"


def parsed(params: dict[str, Any]) -> Binding:
    """Read one entry. Raises BadBinding."""
    event = str(params.get("event", "*")).upper()
    schema, table = params.get("schema"), params.get("table")
    if not isinstance(schema, str) and not isinstance(table, str):
        raise BadBinding(
            "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to:"
            f" {params!r}"
        )
    columns = _columns(params.get("select"))
    if columns and "*" in (schema, table or "*"):
        raise BadBinding(
            "Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name."
        )
    return Binding(
        schema or "public", table or "*", event if event in _EVENTS else "*", _filters(params.get("filter")), columns
    )


def _columns(select: object) -> tuple[str, ...]:
    if isinstance(select, str):
        raise BadBinding("Error parsing `select` params: expected a list of column name strings")
    return tuple(one for one in select if isinstance(one, str)) if isinstance(select, list) else ()


def _filters(text: object) -> tuple[Filter, ...]:
    if not isinstance(text, str) or not text.strip():
        return ()
    # A comma separates filters, but not the values of `in.(a,b)` and not within quotes.
    return tuple(_filter(part) for part in re.split(r""",(?=(?:[^"]*"[^"]*")*[^"]*$)(?![^(]*\))""", text.strip()))


def _filter(text: str) -> Filter:
    column, equals, rest = text.strip().partition("=")
    if not equals:
        raise BadBinding(f'Error parsing `filter` params: ["{text.strip()}"]')
    negated = rest.startswith("not.")
    comparison, dot, value = rest.removeprefix("not.").partition(".")
    if not dot or comparison not in _COMPARISONS:
        raise BadBinding(f'Error parsing `filter` params: ["{comparison}", "{value}"]')
    if comparison == "in":
        if not (value.startswith("(") and value.endswith(")")):
            raise BadBinding("Error parsing `filter` params: `in` filter value must be wrapped by parentheses")
        value = "{" + value[1:-1] + "}"
    elif len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return Filter(column, comparison, value, negated)
