"""Test modules stand alone: shared parts lie in tests/support."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
_IMPORT = re.compile(r"^\s*from tests\.(?:\w+\.)*test_\w+ import", re.MULTILINE)


def test_no_test_module_imports_another() -> None:
    assert [path for path in TESTS.rglob("*.py") if _IMPORT.search(path.read_text(encoding="utf-8"))] == []
