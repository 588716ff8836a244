"""Names of the layer: one word has one meaning."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

LAYER = Path(__file__).parents[2] / "layers" / "common" / "auto360"


def test_two_classes_never_share_a_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in sorted(LAYER.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(LAYER)))
    assert len(homes) > 300
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
