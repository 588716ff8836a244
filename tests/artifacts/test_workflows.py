"""Pinned build tools and workflows: no unseen change of others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.documents import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))
LOCKED = sorted(
    path
    for path in (
        *ROOT.glob("requirements/*.txt"),
        *ROOT.glob("layers/*/requirements.txt"),
        *ROOT.glob("functions/*/requirements.txt"),
    )
)
_USES = re.compile(r"^\s*(?:- )?uses:\s*(\S+)(.*)$", re.MULTILINE)
_PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_is_pinned_to_a_commit_and_says_its_version(path: Path) -> None:
    used = _USES.findall(path.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        assert _PINNED.match(action), f"{action} can be changed by its owner"
        assert re.match(r"^\s+# v\d+\.\d+\.\d+$", comment), f"{action} does not say its version"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_the_repository(path: Path) -> None:
    workflow: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert "permissions" not in job
        for step in job["steps"]:
            if str(step.get("uses", "")).startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_dependency_is_locked_to_a_version_and_the_hashes_of_its_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in (line.strip() for line in text.splitlines()):
        if line and not line.startswith(("#", "-")):
            assert re.match(r"[\w.\[\],-]+==\S+", line), line
            assert "--hash=sha256:" in line, line
