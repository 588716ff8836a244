"""Docstrings say what a caller may rely on, in the form that CONTRIBUTING.md describes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import ROOT

# The verb comes first; a value or a class may be named by a noun, without an article.
RIDDLE = re.compile(r"(?:One|The|What|Who|Whom|Whose|Whether|A|An)\b")
FOLDERS = ("layers/common/auto360", "functions")


def docstrings(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every docstring below a folder with its place."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text is not None:
                    line = 1 if isinstance(node, ast.Module) else node.lineno
                    yield f"{path.relative_to(ROOT)}:{line}", text


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_docstring_begins_with_its_verb_or_noun(folder: str) -> None:
    found = list(docstrings(ROOT / folder))
    assert len(found) > 50
    assert [f"{place}: {text.splitlines()[0]}" for place, text in found if RIDDLE.match(text)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_docstring_is_empty(folder: str) -> None:
    assert [place for place, text in docstrings(ROOT / folder) if len(text.split()) < 2] == []
