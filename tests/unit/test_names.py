"""Names in code: one word has one meaning (docs/glossary.md)."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STUBS = ROOT / "layers/common/auto360/providers/database/functions"
LAYER = ROOT / "layers" / "common" / "auto360"
FOLDERS = ("layers", "functions", "infra", "local", "tools", "benchmarks")
# Words of docs/glossary.md that no identifier may hold; SQL functions, their arguments and API fields keep older names.
RETIRED = ("supplier", "operator", "figure", "ticket", "handed_over", "untold")
# "At most" is English; `most_common` belongs to the standard library.
BOUNDS = re.compile(r"\b(?!test_|at_most\b|most_common\b)(?:\w+_)?(?:least|most)(?:_\w+)?\b", re.IGNORECASE)
CONFIGURED = re.compile("configur", re.IGNORECASE)  # holds one of the words by chance


def identifiers(path: Path) -> set[str]:
    """Return the names in a file, without its strings and comments."""
    source = io.StringIO(path.read_text(encoding="utf-8"))
    return {token.string for token in tokenize.generate_tokens(source.readline) if token.type == tokenize.NAME}


def test_two_classes_never_share_a_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in sorted(LAYER.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(LAYER)))
    assert len(homes) > 300
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_retired_words_do_not_come_back(folder: str) -> None:
    files = [path for path in sorted((ROOT / folder).rglob("*.py")) if STUBS not in path.parents]
    assert files
    of_sql = {name for path in STUBS.glob("*.py") for name in identifiers(path)}
    for path in files:
        left = {
            name
            for name in identifiers(path) - of_sql
            if any(word in CONFIGURED.sub("", name).lower() for word in RETIRED)
        }
        assert left == set(), f"{path.relative_to(ROOT)} uses {sorted(left)}: see docs/glossary.md"


@pytest.mark.parametrize("folder", [*FOLDERS, "tests"])
def test_bounds_are_called_min_and_max(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        left = {name for name in identifiers(path) if BOUNDS.fullmatch(name)}
        assert left == set(), f"{path.relative_to(ROOT)} uses {sorted(left)}: see docs/glossary.md"


@pytest.mark.parametrize("pattern", ["supabase/migrations/*.sql", "template.yaml", "docs/openapi.json"])
def test_bounds_are_called_min_and_max_outside_of_python_too(pattern: str) -> None:
    for path in sorted(ROOT.glob(pattern)):
        left = {name for name in BOUNDS.findall(path.read_text(encoding="utf-8")) if "_" in name}
        assert left == set(), f"{path.name} uses {sorted(left)}: see docs/glossary.md"
