"""Reads the Markdown documents: tables, words in code marks, links, shell blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_FENCE = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Document:
    """Markdown file."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """Return the text without fenced blocks."""
        return _FENCE.sub("", self.text)

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of every table row; the head and the line below it are left out."""
        lines = self.prose.splitlines()
        for number, line in enumerate(lines):
            is_row = line.startswith("|") and not set(line) <= set("|-: ")
            is_head = number + 1 < len(lines) and bool(lines[number + 1]) and set(lines[number + 1]) <= set("|-: ")
            if is_row and not is_head:
                yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]

    def first_words(self) -> list[str]:
        """Return the word in code marks that begins each table row."""
        return [match[1] for row in self.rows() if (match := _CODE.fullmatch(row[0]))]

    def row(self, word: str) -> list[str]:
        """Return the row that a word begins."""
        return next(row for row in self.rows() if row[0] == f"`{word}`")

    def code_words(self) -> set[str]:
        """Return everything in code marks, tables included."""
        return set(_CODE.findall(self.prose))

    def links(self) -> list[str]:
        """Relative links."""
        return [link for link in _LINK.findall(self.prose) if "://" not in link]

    def blocks(self, language: str) -> list[str]:
        """Fenced blocks of a language."""
        return [body for name, body in _FENCE.findall(self.text) if name == language]


def words_in(cell: str) -> list[str]:
    """Return the words in code marks of a cell."""
    return _CODE.findall(cell)


def documents() -> list[Document]:
    """Return every document of the repository."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    return [Document(path) for path in sorted(found)]
