"""A short run of the fuzzer with a fixed seed; `make fuzz` does it at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fuzzing import fuzz, log_in
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


def test_random_requests_find_no_5xx_and_no_answer_outside_the_document(stack: RunningStack, tmp_path: Path) -> None:
    done = fuzz(stack.url, log_in(stack), examples=2, seed=1, folder=tmp_path, limits=False)
    assert done.returncode == 0, done.stdout[-6000:]
