"""Plan of changes to the CDN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

from auto360.providers.cdn import Caching, Cdn, Resource, Rule


@dataclass(frozen=True)
class Change:
    """Call with its description."""

    kind: Literal["create", "change", "remove"]
    what: str
    details: tuple[str, ...]
    caching: Caching | None = None
    rule: Rule | None = None

    def apply(self, cdn: Cdn) -> None:
        """Apply the changes. Raises CdnFailure."""
        if self.caching is not None:
            cdn.change(self.caching)
        elif self.rule is not None and self.kind == "remove":
            cdn.remove_rule(self.rule)
        elif self.rule is not None:
            cdn.put_rule(self.rule)


def changes(wanted: Resource, found: Resource) -> Iterator[Change]:
    """Yield the differences; unnamed options stay, unnamed rules are removed."""
    details = _differences(wanted.caching, found.caching)
    if details:
        yield Change("change", "resource", details, caching=wanted.caching)
    there = {rule.name: rule for rule in found.rules}
    for rule in wanted.rules:
        known = there.pop(rule.name, None)
        if known is None:
            yield Change(
                "create", f"rule {rule.name}", (rule.pattern, *_differences(rule.caching, Caching())), rule=rule
            )
            continue
        details = _differences(rule.caching, known.caching)
        if known.pattern != rule.pattern:
            details = (f"pattern: {known.pattern} → {rule.pattern}", *details)
        if known.weight != rule.weight:
            details = (f"weight: {known.weight} → {rule.weight}", *details)
        if details:
            yield Change("change", f"rule {rule.name}", details, rule=replace(rule, id=known.id))
    for rule in there.values():
        yield Change("remove", f"rule {rule.name}", (rule.pattern,), rule=rule)


def _differences(wanted: Caching, found: Caching) -> tuple[str, ...]:
    names = [item.name for item in fields(Caching) if getattr(wanted, item.name) is not None]
    return tuple(
        f"{name}: {_shown(getattr(found, name))} → {_shown(getattr(wanted, name))}"
        for name in names
        if getattr(wanted, name) != getattr(found, name)
    )


def _shown(value: object) -> str:
    if value is None:
        return "default"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
