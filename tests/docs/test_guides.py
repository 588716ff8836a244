"""The walk-through names code that exists, and the index of the runbooks lists every page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.documents import DOCS, ROOT, Document

WALKTHROUGH, INDEX = Document(DOCS / "walkthrough-payment.md"), Document(DOCS / "runbooks" / "README.md")
NAME = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*")
FILE = re.compile(r".+\.(?:py|md|sql|json|toml|yaml)")


def qualified_names(path: Path) -> Iterator[str]:
    """Yield `module.function`, `module.Class` and `Class.method` of a file."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield f"{path.stem}.{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef))


def test_the_walk_through_names_classes_and_functions_that_exist() -> None:
    named = {word for word in WALKTHROUGH.code_words() if NAME.fullmatch(word) and not FILE.fullmatch(word)}
    known = {
        name
        for folder in ("layers", "functions")
        for path in (ROOT / folder).rglob("*.py")
        for name in qualified_names(path)
    }
    assert named
    assert sorted(named - known) == []


def test_the_index_of_the_runbooks_lists_every_page_and_no_other() -> None:
    pages = {path.name for path in INDEX.path.parent.glob("*.md")} - {INDEX.path.name}
    assert pages == {link for link in INDEX.links() if "/" not in link}
