"""Lease of the jobs of backups and replicas, kept alive while the run works."""

from collections.abc import Iterator
from contextlib import contextmanager

from auto360.domains.backups.errors import AnotherRun
from auto360.providers.database import Database
from auto360.providers.database.lease import Lease, lease

_SECONDS = 120
_BEAT_SECONDS = 20.0


@contextmanager
def leased(database: Database, job: str) -> Iterator[Lease]:
    """Hold the lease of a job for the length of a `with` block. Raises AnotherRun."""
    with lease(database, job, seconds=_SECONDS, beat_seconds=_BEAT_SECONDS) as held:
        if held is None:
            raise AnotherRun(job)
        yield held
