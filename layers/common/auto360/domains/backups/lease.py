"""Lease of a job: one run at a time, over all instances, kept alive while the run works."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

from auto360.domains.backups.errors import AnotherRun, LeaseLost
from auto360.providers.database import Database, DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.functions.jobs import extend_job_lease, release_job_lease, take_job_lease

SECONDS = 120
_BEAT_SECONDS = 20.0


class Lease:
    """Held lease. `cursor` is the position of the run before, and of this one."""

    def __init__(self, database: Database, job: str, holder: str, row: dict[str, Any]) -> None:
        self.job, self.fence = job, int(row["fence"])
        self.cursor: dict[str, Any] = dict(row["cursor"] or {})
        self._database, self._holder = database, holder
        self._ends = monotonic() + SECONDS
        self._over = Event()
        self._lost = False

    def require(self) -> None:
        """Continue only as the holder. Raises LeaseLost."""
        if self._lost or monotonic() > self._ends or not self.extend():
            self._lost = True
            raise LeaseLost(f"{self.job}: the lease is lost, or a person has paused the job")

    def extend(self) -> bool:
        """Extend it and store the cursor; a lost answer decides nothing until the lease ends by itself."""
        asked = monotonic()
        try:
            kept = bool(
                extend_job_lease(
                    self._database,
                    job=self.job,
                    holder=self._holder,
                    fence=self.fence,
                    seconds=SECONDS,
                    cursor=self.cursor,
                )
            )
        except (DatabaseUnavailable, DatabaseRefused):
            return monotonic() < self._ends
        if kept:
            self._ends = asked + SECONDS
        return kept

    def beat(self) -> None:
        """Extend until it is over."""
        while not self._over.wait(_BEAT_SECONDS):
            if not self.extend():
                self._lost = True
                return

    def release(self, error: str | None) -> None:
        """Release it with the cursor and the run's error."""
        self._over.set()
        try:
            release_job_lease(
                self._database, job=self.job, holder=self._holder, fence=self.fence, error=error, cursor=self.cursor
            )
        except (DatabaseUnavailable, DatabaseRefused):
            return  # it ends by itself


@contextmanager
def leased(database: Database, job: str) -> Iterator[Lease]:
    """Hold the lease of a job for the length of a `with` block. Raises AnotherRun."""
    holder = str(uuid.uuid4())
    row = take_job_lease(database, job=job, holder=holder, seconds=SECONDS)
    if not row or row.get("fence") is None:
        raise AnotherRun(job)
    lease = Lease(database, job, holder, row)
    beating = Thread(target=lease.beat, daemon=True)
    beating.start()
    try:
        yield lease
    except BaseException as error:
        lease.release(f"{type(error).__name__}: {error}")
        raise
    lease.release(None)
