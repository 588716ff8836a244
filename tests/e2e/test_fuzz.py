"""Short runs of the fuzzers with a fixed seed; `make fuzz` runs them at length."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.fuzz_scene import attack
from tests.support.fuzzing import UNLIMITED, fuzz, log_in
from tests.support.logs import log_folder
from tests.support.prepared import open_folder
from tests.support.stack import RunningStack, start_stack


@pytest.mark.xdist_group("stack")
def test_random_requests_find_no_5xx_and_no_answer_outside_the_document(stack: RunningStack, tmp_path: Path) -> None:
    done = fuzz(stack.url, log_in(stack), examples=2, seed=1, folder=tmp_path, limits=False)
    assert done.returncode == 0, done.stdout[-6000:]


def test_forms_webhooks_and_cursors_that_are_almost_right_find_no_5xx() -> None:
    # Forms of the operations page change what other tests look at: a stack of its own.
    folder = open_folder()
    stack = start_stack(folder / "data", log_folder("fuzzed"), at=None, **UNLIMITED)
    try:
        stack.wait_until_ready()
        findings = attack(stack, log_in(stack), requests=600, seed=1)
        assert not findings.failures, "\n".join(findings.lines())
        for kind in ("admin", "webhooks", "cursors"):
            accepted = sum(count for (name, status), count in findings.answers.items() if name == kind and status < 400)
            assert accepted > 20, f"{kind}: the requests do not come further than the first check"
    finally:
        stack.stop()
        stack.kill()
        shutil.rmtree(folder, ignore_errors=True)
