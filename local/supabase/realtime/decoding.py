"""Parses the output of Postgres' plugin test_decoding, which includes stored generated columns, like wal2json."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

Row = Mapping[str, str | None]
OPTIONS = ("include-xids", "0", "skip-empty-xacts", "1", "include-timestamp", "1")
_NAME = r'(?:"(?:[^"]|"")+"|[^\s."\[\]:]+)'
_CHANGE = re.compile(rf"table ({_NAME})\.({_NAME}): (INSERT|UPDATE|DELETE): ?")
_VALUE = re.compile(rf"\s*({_NAME})\[(.+?)\]:('(?:[^']|'')*'|B'[01]*'|[^\s']+)")
_COMMIT = re.compile(r"COMMIT \(at (.+)\)")
_OLD, _NEW = "old-key: ", " new-tuple: "
_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_UNCHANGED = "unchanged-toast-datum"


@dataclass(frozen=True)
class Change:
    """Changed row. `old` holds the replica identity of updates and deletes; values are text."""

    schema: str
    table: str
    action: str
    new: Row
    old: Row
    committed: datetime = _UNKNOWN


def changes(lines: Iterable[str]) -> Iterator[Change]:
    """Yield the changes of committed transactions."""
    waiting: list[Change] = []
    for line in lines:
        commit = _COMMIT.match(line)
        if commit:
            moment = datetime.fromisoformat(commit[1]).astimezone(UTC)
            yield from (replace(change, committed=moment) for change in waiting)
            waiting = []
        elif found := _CHANGE.match(line):
            waiting.append(_change(found, line[found.end() :]))


def _change(found: re.Match[str], text: str) -> Change:
    old: Row = {}
    new: Row = {}
    if found[3] == "DELETE":
        old, _ = _row(text)
    elif text.startswith(_OLD):
        old, rest = _row(text.removeprefix(_OLD))
        new, _ = _row(rest.removeprefix(_NEW))
    else:
        new, _ = _row(text)
    new = {name: old.get(name) if value == _UNCHANGED else value for name, value in new.items()}
    return Change(_plain(found[1]), _plain(found[2]), found[3], new, old)


def _row(text: str) -> tuple[dict[str, str | None], str]:
    """Parse the values at the beginning of a text; returns them and the rest."""
    row: dict[str, str | None] = {}
    end = 0
    while match := _VALUE.match(text, end):
        row[_plain(match[1])], end = _read(match[3]), match.end()
    return row, text[end:]


def _read(value: str) -> str | None:
    if value == "null":
        return None
    if value.startswith("B'"):
        return value[2:-1]
    return value[1:-1].replace("''", "'") if value.startswith("'") else value


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
