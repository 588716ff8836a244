"""Jobs that timers start by name."""

from collections.abc import Callable, Mapping
from typing import Any

from auto360.domains.backups.errors import AnotherRun

Report = Mapping[str, int]


class Schedule:
    """Jobs by name."""

    def __init__(self, jobs: Mapping[str, Callable[[], Report]]) -> None:
        self._jobs = jobs

    def run(self, asked: Mapping[str, Any]) -> Report:
        """Run the job in `{"job": name}`.

        Raises ValueError for an unknown job, and the job's own errors.
        """
        job = self._jobs.get(str(asked.get("job")))
        if job is None:
            raise ValueError(f"there is no job {asked.get('job')!r}; there are: {', '.join(self._jobs)}")
        return unless_another_run(job)


def unless_another_run(job: Callable[[], Report]) -> Report:
    """Run a job; {skipped} while another run holds its lease or staff paused it."""
    try:
        return job()
    except AnotherRun:
        return {"skipped": 1}
