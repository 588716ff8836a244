"""`make doctor`: check configuration and credentials of every provider; changes nothing.

A check is a function with `@check`. It returns its finding in a few words, warns with `Warn`, or raises: our own
exceptions by their class and code, never by a provider's text. A new provider brings its check to
`infra/doctor/providers.py`, a bank to `banks.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "warning", "failure", "absent"]
Variables = Mapping[str, str]
MARKS: dict[Outcome, str] = {"ok": "ok  ", "warning": "WARN", "failure": "FAIL", "absent": "–   "}


class Warn(Exception):
    """Finding that works but needs attention; the message is ours and holds no secret."""


class Wrong(Exception):
    """Does not work; the message is ours and holds no secret."""


@dataclass(frozen=True)
class Check:
    """Line of the report. `needs`: variables without which there is nothing to check."""

    name: str
    needs: tuple[str, ...]
    advice: str
    run: Callable[[Variables], str]


@dataclass(frozen=True)
class Finding:
    """Result of a check, and advice for a failure."""

    outcome: Outcome
    name: str
    told: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{MARKS[self.outcome]}  {self.name:<28} {self.told}"
        return f"{line} → {self.advice}" if self.advice else line


REGISTRY: list[Check] = []


def check(name: str, *, needs: tuple[str, ...] = (), advice: str) -> Callable[..., Callable[[Variables], str]]:
    """Register a check."""

    def register(run: Callable[[Variables], str]) -> Callable[[Variables], str]:
        REGISTRY.append(Check(name, needs, advice, run))
        return run

    return register


def examine(variables: Variables, checks: list[Check]) -> Iterator[Finding]:
    """Run the checks one after the other, each in a line."""
    for each in checks:
        missing = [name for name in each.needs if not variables.get(name)]
        yield Finding("absent", each.name, f"not configured ({missing[0]})") if missing else _run(each, variables)


def _run(each: Check, variables: Variables) -> Finding:
    started = time.perf_counter()
    try:
        told = each.run(variables)
    except Warn as warning:
        return Finding("warning", each.name, str(warning), each.advice)
    except Wrong as wrong:
        return Finding("failure", each.name, str(wrong), each.advice)
    except Exception as error:  # noqa: BLE001 - any failure of a provider is a finding
        return Finding("failure", each.name, _shortly(error), each.advice)
    return Finding("ok", each.name, f"{told} ({(time.perf_counter() - started) * 1000:.0f} ms)")


def _shortly(error: Exception) -> str:
    """Return the class of an error, with the provider's code or our own sentence about settings."""
    from auto360.core.errors import SettingsInvalid

    if isinstance(error, SettingsInvalid):
        return str(error)
    code = getattr(error, "provider_code", None) or getattr(error, "bank_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
