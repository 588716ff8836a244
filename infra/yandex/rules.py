"""Rules of Yandex Cloud, checked before any call (docs/reference/yandex-cloud.md, sections 1, 2, 3 and 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NAME = re.compile(r"[a-z][-a-z0-9]{1,61}[a-z0-9]")
_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
_PARAMETER = re.compile(r"\{([^}]*)\}")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9_.~-]+|\{[a-zA-Z][a-zA-Z0-9_]*\+?\})")
# The service removes these two from the query before a function gets it.
RESERVED_PARAMETERS = frozenset({"tag", "integration"})
_MEMORY_STEP_MB, _MAX_MEMORY_MB = 128, 8192
# More than ten minutes is a preview, granted by support.
_LONGEST_SECONDS, _LONGEST_GRANTED_SECONDS = 600, 3600
_CRON_FIELDS = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 1, 7),
    ("year", 1970, 2099),
)
_WORDS = {
    3: ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    4: ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


class RuleError(ValueError):
    """Value refused by Yandex Cloud; the message is one sentence."""


def check_name(name: str) -> None:
    """Names of functions, triggers, gateways, service accounts: 3 to 63 small letters, digits and hyphens."""
    if not _NAME.fullmatch(name):
        raise RuleError(f"The name {name!r} is not allowed: 3 to 63 small letters, digits and hyphens, no underscore.")


def check_variable(name: str, value: str) -> None:
    """Require an allowed environment variable."""
    if not _VARIABLE.fullmatch(name):
        raise RuleError(f"The variable {name!r} is not allowed: letters, digits and underscores, a letter first.")
    if len(value) > 4096:
        raise RuleError(f"The variable {name} has {len(value)} characters; 4096 are allowed.")


def check_path(path: str) -> None:
    """Require an allowed route: every parameter a whole segment with a plain name, `{name+}` only at the end."""
    segments = path.removeprefix("/").split("/")
    if not path.startswith("/") or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise RuleError(
            f"The path {path!r} is not allowed: segments of plain characters, parameters as whole segments."
        )
    if any(segment.endswith("+}") for segment in segments[:-1]):
        raise RuleError(f"The path {path!r} has a greedy parameter before its end.")
    names = path_parameters(path)
    if len(names) != len(set(names)):
        raise RuleError(f"The path {path!r} names a parameter twice.")


def path_parameters(path: str) -> list[str]:
    """Return the names of a path's parameters, in order."""
    return [name.removesuffix("+") for name in _PARAMETER.findall(path)]


def check_query(names: Iterable[str], *, path: str) -> None:
    """Require allowed query parameters of a route."""
    taken = sorted(RESERVED_PARAMETERS & set(names))
    if taken:
        raise RuleError(f"{path} takes a query parameter {taken[0]!r}, which the cloud reserves.")


def check_resources(memory_mb: int, timeout_seconds: float, *, is_long: bool = False) -> None:
    """Check memory, in steps of 128 MB, and a time-out that needs no preview feature unless granted to the stage."""
    if memory_mb % _MEMORY_STEP_MB or not _MEMORY_STEP_MB <= memory_mb <= _MAX_MEMORY_MB:
        raise RuleError(f"{memory_mb} MB of memory are not allowed: 128 to 8192 in steps of 128.")
    longest = _LONGEST_GRANTED_SECONDS if is_long else _LONGEST_SECONDS
    if not 1 <= timeout_seconds <= longest:
        raise RuleError(f"A time-out of {timeout_seconds:g} s is not allowed: 1 to {longest}.")


def cron_of(schedule: str) -> str:
    """Return a schedule of the template in Yandex's form: `cron(…)` without its wrapper, `rate(…)` translated.

    Raises RuleError for one that Yandex would refuse, or run at other times than AWS.
    """
    rate = _RATE.fullmatch(schedule.strip())
    if rate:
        return _rate(int(rate[1]), rate[2])
    if not (schedule.startswith("cron(") and schedule.endswith(")")):
        raise RuleError(f"The schedule {schedule!r} is neither cron(…) nor rate(…).")
    expression = " ".join(schedule[5:-1].split())
    check_cron(expression)
    return expression


def _rate(number: int, unit: str) -> str:
    whole = {"minute": 60, "hour": 24, "day": 1}[unit]
    if number < 1 or whole % number:
        raise RuleError(f"rate({number} {unit}s) cannot be expressed as cron; use a divisor of {whole}.")
    if unit == "minute":
        return "0 * * * ? *" if number == whole else f"0/{number} * * * ? *" if number > 1 else "* * * * ? *"
    if unit == "hour":
        return "0 0 * * ? *" if number == whole else f"0 0/{number} * * ? *" if number > 1 else "0 * * * ? *"
    return "0 0 * * ? *"


def check_cron(expression: str) -> None:
    """Check six fields, UTC; exactly one of day of month and day of week is `?`; Sunday is 1."""
    fields = expression.split(" ")
    if len(fields) != 6:
        raise RuleError(f"The cron expression {expression!r} has {len(fields)} fields; six are needed.")
    if len(expression) > 100:
        raise RuleError("A cron expression has at whole 100 characters.")
    if (fields[2] == "?") == (fields[4] == "?"):
        raise RuleError(f"In {expression!r} exactly one of day of month and day of week must be '?'.")
    for position, field in enumerate(fields):
        if not all(_fits(part, position) for part in field.split(",")):
            raise RuleError(f"In {expression!r} the {_CRON_FIELDS[position][0]} {field!r} is invalid.")


def _fits(part: str, position: int) -> bool:
    if part == "?":
        return position in (2, 4)
    if position == 2 and part in ("L", "W", "LW"):
        return True
    if position == 4 and (part == "L" or re.fullmatch(r"[1-7](L|#[1-5])", part)):
        return True
    if position == 2 and part.endswith("W"):
        part = part[:-1]
    base, slash, step = part.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    first, dash, last = base.partition("-")
    if base == "*":
        return True
    numbers = list(_numbers([first, last] if dash else [first], position))
    return bool(numbers) and None not in numbers and (len(numbers) == 1 or _ordered(numbers))


def _numbers(words: Iterable[str], position: int) -> Iterator[int | None]:
    _, low, high = _CRON_FIELDS[position]
    for word in words:
        known = _WORDS.get(position, ())
        number = known.index(word.upper()) + low if word.upper() in known else int(word) if word.isdigit() else None
        yield number if number is not None and low <= number <= high else None


def _ordered(numbers: list[int | None]) -> bool:
    first, last = numbers
    return first is not None and last is not None and first <= last
