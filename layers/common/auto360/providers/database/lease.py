"""Lease of a timer's job: one run at a time across all instances; released by the run, or expired after a crash."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import uuid4

from auto360.providers.database import Database, DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.functions.jobs import extend_job_lease, release_job_lease, take_job_lease


class LeaseLost(RuntimeError):
    """Lease was lost or the job paused: this run stops and deletes nothing."""


class Lease:
    """Held lease. `cursor` is the position of the former run, then of this one."""

    def __init__(self, database: Database, job: str, holder: str, row: dict[str, Any], *, seconds: int) -> None:
        self.job, self.fence = job, int(row["fence"])
        self.cursor: dict[str, Any] = dict(row["cursor"] or {})
        self._database, self._holder, self._seconds = database, holder, seconds
        self._ends = monotonic() + seconds
        self._over = Event()
        self._lost = False

    def require(self) -> None:
        """Continue only as the holder. Raises LeaseLost."""
        if self._lost or monotonic() > self._ends or not self.extend():
            self._lost = True
            raise LeaseLost(f"{self.job}: the lease is lost, or staff paused the job")

    def extend(self) -> bool:
        """Extend it and store the cursor; after a lost answer the lease is valid until it expires."""
        asked = monotonic()
        try:
            kept = bool(
                extend_job_lease(
                    self._database,
                    job=self.job,
                    holder=self._holder,
                    fence=self.fence,
                    seconds=self._seconds,
                    cursor=self.cursor,
                )
            )
        except (DatabaseUnavailable, DatabaseRefused):
            return monotonic() < self._ends
        if kept:
            self._ends = asked + self._seconds
        return kept

    def beat(self, every_seconds: float) -> None:
        """Extend until it is over."""
        while not self._over.wait(every_seconds):
            if not self.extend():
                self._lost = True
                return

    def release(self, failure: str | None) -> None:
        """Release it with the cursor and the name of the run's failure; without an answer it expires."""
        self._over.set()
        try:
            release_job_lease(
                self._database, job=self.job, holder=self._holder, fence=self.fence, error=failure, cursor=self.cursor
            )
        except (DatabaseUnavailable, DatabaseRefused):
            return


@contextmanager
def lease(database: Database, job: str, *, seconds: int, beat_seconds: float | None = None) -> Iterator[Lease | None]:
    """Hold the job during the `with` block; yields None while another run holds it or staff paused it.

    With `beat_seconds` it is extended while the run works. It ends with the name of the failure, for staff.
    """
    holder = uuid4().hex
    row = take_job_lease(database, job=job, holder=holder, seconds=seconds)
    if not row or row.get("holder") != holder:
        yield None
        return
    held = Lease(database, job, holder, row, seconds=seconds)
    if beat_seconds is not None:
        Thread(target=held.beat, args=(beat_seconds,), daemon=True).start()
    try:
        yield held
    except BaseException as error:
        held.release(type(error).__name__)
        raise
    held.release(None)
