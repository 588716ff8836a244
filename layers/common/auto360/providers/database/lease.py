"""Lease of a timer's job: one run at a time over all instances, for jobs that end well within it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from auto360.providers.database import Database


@contextmanager
def lease(database: Database, job: str, *, seconds: int) -> Iterator[bool]:
    """Hold the job during the `with` block; yields False while another run holds it or a person paused it.

    The lease ends with the name of the failure, for staff; a killed run's lease expires.
    """
    holder = uuid4().hex
    taken = database.call("take_job_lease", {"p_job": job, "p_holder": holder, "p_seconds": seconds})
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
        arguments = {"p_job": job, "p_holder": holder, "p_fence": taken["fence"], "p_error": failure, "p_cursor": None}
        database.call("release_job_lease", arguments)
