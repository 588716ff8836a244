"""Which job a timer has asked for."""

from collections.abc import Callable, Mapping
from typing import Any

from auto360.backup.errors import AnotherRun

Report = Mapping[str, int]


class Schedule:
    """Jobs by name."""

    def __init__(self, jobs: Mapping[str, Callable[[], Report]]) -> None:
        self._jobs = jobs

    def run(self, asked: Mapping[str, Any]) -> Report:
        """Run the job in `{"job": name}`. While another run of it works, this one has nothing to do.

        Raises ValueError for a job that does not exist, and whatever the job raises.
        """
        job = self._jobs.get(str(asked.get("job")))
        if job is None:
            raise ValueError(f"there is no job {asked.get('job')!r}; there are: {', '.join(self._jobs)}")
        try:
            return job()
        except AnotherRun:
            return {"skipped": 1}
