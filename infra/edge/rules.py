"""File of rules, and faults that make a rule useless or harmful."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.template import Project
from infra.yandex.gateway import addresses

PATH = Path(__file__).with_name("rules.toml")
# Minimum ratio of a limit of the edge to ours: our refusal, which an app can show, must come first.
_MIN_ABOVE = 2.0
_WINDOW = re.compile(r"PER_(?:(\d+)_)?(MINUTE|HOUR|DAY)S?$")
_SECONDS = {"MINUTE": 60, "HOUR": 3600, "DAY": 86400}
_LONGEST = 86_400


class EdgeError(Exception):
    """Unreadable file of rules; the message names the place."""


class Rule(BaseModel):
    """At most `limit` requests of one group in a period; beyond it the group is blocked for a while.

    A group is an address, or one value of the header `Authorization`. Paths are prefixes. `above` is our limit
    that it must exceed. In a dry run the edge only counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,49}$")
    by: Literal["address", "authorization"]
    paths: tuple[str, ...] = Field(min_length=1)
    limit: int = Field(ge=10)
    period_seconds: int = Field(ge=1, le=_LONGEST)
    ban_seconds: int = Field(ge=1, le=_LONGEST)
    dry_run: bool
    above: str

    def concerns(self, path: str) -> bool:
        """Return True if a request of this path is counted."""
        return any(path.startswith(prefix) for prefix in self.paths)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[Rule, ...] = Field(min_length=1)


def load_rules(path: Path = PATH) -> tuple[Rule, ...]:
    """Read the file. Raises EdgeError."""
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).rule
    except tomllib.TOMLDecodeError as error:
        raise EdgeError(f"{path.name} is not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise EdgeError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def problems(rules: tuple[Rule, ...], project: Project, settings: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each fault; `settings` are limits that a stage overrides."""
    names = [rule.name for rule in rules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two rules are called {name}"
    known = {
        address
        for function in project.functions
        for route in function.routes
        for address in addresses(route.path, project.template)
    }
    for rule in rules:
        for path in rule.paths:
            if not any(address.startswith(path) for address in known):
                yield f"rule {rule.name}: no address of the API begins with {path}"
        yield from _unreached_aliases(rule, project)
        yield from _too_low(rule, project, settings)


def _unreached_aliases(rule: Rule, project: Project) -> Iterator[str]:
    """Yield a sentence for each route that a rule covers under some of its addresses only."""
    for function in project.functions:
        for route in function.routes:
            named = [rule.concerns(address) for address in addresses(route.path, project.template)]
            if any(named) and not all(named):
                yield f"rule {rule.name}: it names {route.path} under some of its addresses and not under all"


def _too_low(rule: Rule, project: Project, settings: Mapping[str, str]) -> Iterator[str]:
    ours = _own_limit(rule.above, project, settings)
    if ours is None:
        yield f"rule {rule.name}: no function has a limit {rule.above}"
        return
    limit, seconds = ours
    above = (rule.limit / rule.period_seconds) / (limit / seconds)
    if above < _MIN_ABOVE:
        yield (
            f"rule {rule.name}: {rule.limit} in {rule.period_seconds} s are {above:.1f} times {rule.above} ({limit});"
            f" at least {_MIN_ABOVE:g} times are needed, or a crowd behind one address meets the edge first"
        )


def _own_limit(name: str, project: Project, settings: Mapping[str, str]) -> tuple[int, int] | None:
    """Return our limit and its window in seconds; without a window in its name, the duration of a lock."""
    texts = {each.name: each.text for variables in project.variables.values() for each in variables if not each.secret}
    value = settings.get(name) or texts.get(name, "")
    if not value.isdigit():
        return None
    window = _WINDOW.search(name)
    if window is not None:
        return int(value), int(window[1] or 1) * _SECONDS[window[2]]
    lock = settings.get("OTP_LOCK_SECONDS") or texts.get("OTP_LOCK_SECONDS", "")
    return int(value), int(lock or 900)
