"""Lease of a timer's job: one run at a time over all instances, for jobs that end well within it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from auto360.providers.database import Database
from auto360.providers.database.functions.jobs import release_job_lease, take_job_lease


@contextmanager
def lease(database: Database, job: str, *, seconds: int) -> Iterator[bool]:
    """Hold the job during the `with` block; yields False while another run holds it or a person paused it.

    The lease ends with the name of the failure, for staff; a killed run's lease expires.
    """
    holder = uuid4().hex
    taken = take_job_lease(database, job=job, holder=holder, seconds=seconds)
    if taken["holder"] != holder:
        yield False
        return
    failure = None
    try:
        yield True
    except Exception as error:
        failure = type(error).__name__
        raise
    finally:
        release_job_lease(database, job=job, holder=holder, fence=taken["fence"], error=failure, cursor=None)
