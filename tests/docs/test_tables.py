"""Tables of documents are read as tables: a header, and as many cells in each row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.documents import documents

_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
_RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+")


def tables(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block of rows."""
    block: list[str] = []
    for line in [*_FENCE.sub("", text).splitlines(), ""]:
        if line.startswith("|"):
            block.append(line)
        elif block:
            yield block
            block = []


def faults(text: str) -> list[str]:
    """Return blocks without a header, and rows with another number of cells."""
    found = []
    for block in tables(text):
        if len(block) < 2 or not _RULE.fullmatch(block[1].strip()):
            found.append(f"no header: {block[0]}")
            continue
        cells = len(_BETWEEN_CELLS.findall(block[0]))
        found += [f"other cells: {row}" for row in block if len(_BETWEEN_CELLS.findall(row)) != cells]
    return found


def test_every_table_of_every_document_is_whole() -> None:
    found = {document.path.name: faults(document.path.read_text(encoding="utf-8")) for document in documents()}
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_a_row_behind_an_empty_line_and_a_row_with_another_cell_are_noticed() -> None:
    assert faults("| A | B |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n") == ["no header: | 3 | 4 |"]
    assert faults("| A |\n|---|\n| 1 | 2 |\n") == ["other cells: | 1 | 2 |"]
