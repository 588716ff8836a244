"""Differences of two saved outputs, a line each: `+` is new, `-` is gone, `~` is another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMA, OPENAPI, ANSWERS, TESTS = "schema.sql", "openapi.json", "answers.json", "tests.txt"
_ENTRY = re.compile(r"^-- (.+)$", re.MULTILINE)
_SHOWN = 120


def differences(before: Path, after: Path) -> dict[str, list[str]]:
    """Return the differences of two folders by file. Raises FileNotFoundError for a file that one of them lacks."""

    def texts(name: str) -> tuple[str, str]:
        return (before / name).read_text(encoding="utf-8"), (after / name).read_text(encoding="utf-8")

    return {
        SCHEMA: list(_of_entries(*map(entries, texts(SCHEMA)))),
        OPENAPI: list(_of_json(*map(json.loads, texts(OPENAPI)))),
        ANSWERS: list(_of_answers(*map(json.loads, texts(ANSWERS)))),
        TESTS: list(_of_lines(*(set(text.split("\n")) - {""} for text in texts(TESTS)))),
    }


def entries(dump: str) -> dict[str, str]:
    """Return the objects of a schema dump by their heads; rows and settings are objects of a line each."""
    marks = list(_ENTRY.finditer(dump))
    ends = [mark.start() for mark in marks[1:]] + [len(dump)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        body = dump[mark.end() : end].strip()
        if mark[1] in ("rows", "settings of roles"):
            found |= {f"{mark[1]}: {line}": "" for line in body.splitlines()}
        else:
            found[mark[1]] = "\n".join(filter(None, (found.get(mark[1]), body)))
    return found


def _of_entries(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in after or name not in before:
            yield f"{'-' if name not in after else '+'} {name}"
        elif before[name] != after[name]:
            yield f"~ {name}"
            yield from (f"    {line}" for line in _of_lines({*before[name].split("\n")}, {*after[name].split("\n")}))


def _of_lines(before: set[str], after: set[str]) -> Iterator[str]:
    yield from (f"- {line}" for line in sorted(before - after))
    yield from (f"+ {line}" for line in sorted(after - before))


def _of_json(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Yield the differing values by their place, objects compared by key and lists as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            below = f"{place} › {key}" if place else key
            if key not in after or key not in before:
                yield f"{'-' if key not in after else '+'} {below}"
            else:
                yield from _of_json(before[key], after[key], below)
    elif before != after:
        yield f"~ {place}: {_short(before)} → {_short(after)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _of_answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield tests with another outcome or other answers; new and missing tests are in the list of tests."""
    for test in sorted(before.keys() & after.keys()):
        was, now = before[test], after[test]
        changes = list(_of_lines(set(was["answers"]), set(now["answers"])))
        if was["outcome"] != now["outcome"]:
            changes.insert(0, f"~ {was['outcome']} → {now['outcome']}")
        if changes:
            yield f"~ {test}"
            yield from (f"    {change}" for change in changes)
