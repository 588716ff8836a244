"""Order and portions in which the processes of a run get tests: groups first, then a few tests of a file at a time.

The library hands out single tests, and counts for each all those that were handed out before: with ten thousand the
controller was busier than the processes, which waited for it between two quick tests.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from xdist.scheduler.loadgroup import LoadGroupScheduling
from xdist.workermanage import WorkerController

# Few enough that no process gets several slow tests at the end, while others have nothing left.
_PORTION = 4


class PortionScheduling(LoadGroupScheduling):  # type: ignore[misc]
    """Scheduling by groups, with the tests of no group in portions of their file."""

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Forget a portion that is done, so that it is counted no more."""
        super().mark_test_complete(node, item_index, duration)
        scope, portions = self._split_scope(self.registered_collections[node][item_index]), self.assigned_work[node]
        if all(portions[scope].values()):
            del portions[scope]

    def _split_scope(self, nodeid: str) -> str:
        group: str = super()._split_scope(nodeid)
        return self._portions.get(nodeid, nodeid) if group == nodeid else group

    @cached_property
    def _portions(self) -> dict[str, str]:
        portions, seen = dict[str, str](), Counter[str]()
        for nodeid in self.collection or ():
            if super()._split_scope(nodeid) == nodeid:
                file = nodeid.partition("::")[0]
                portions[nodeid] = f"{file} {seen[file] // _PORTION}"
                seen[file] += 1
        return portions
