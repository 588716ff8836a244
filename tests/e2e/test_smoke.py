"""Smoke calls against the running stack, whose gateway drops the same headers as the cloud's."""

from __future__ import annotations

import pytest

from infra import smoke
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


def test_every_smoke_call_comes_out_as_it_should(stack: RunningStack) -> None:
    assert smoke.run(stack.url, smoke.send, pause=lambda _seconds: None) == []
