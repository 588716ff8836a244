"""Portions in which the processes of a run get tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from xdist.remote import Producer

from tests.support.scheduling import PortionScheduling


class Process:
    """Process of a run that notes which tests it was sent."""

    shutting_down = False

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(id=str(id(self)))
        self.sent: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_a_group_comes_first_and_whole_and_other_tests_in_portions_of_their_file() -> None:
    tests = [*(f"a.py::test_{number}" for number in range(9)), *(f"b.py::test_{number}@one" for number in range(7))]
    config = SimpleNamespace(getvalue=lambda _: ["2*popen"], option=SimpleNamespace(loadscopereorder=True))
    scheduling = PortionScheduling(cast("Any", config), Producer("test", enabled=False))
    processes = [Process(), Process()]
    for process in processes:
        scheduling.add_node(cast("Any", process))
        scheduling.add_node_collection(cast("Any", process), tests)
    scheduling.schedule()
    assert [process.sent for process in processes] == [list(range(9, 16)), [0, 1, 2, 3]]
    for index in (0, 1):
        scheduling.mark_test_complete(cast("Any", processes[1]), index)
    assert processes[1].sent == list(range(8))
    for index in (2, 3, 4, 5):
        scheduling.mark_test_complete(cast("Any", processes[1]), index)
    assert processes[1].sent == list(range(9))
