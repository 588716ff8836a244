"""Recording of results that must survive one failing answer of the database."""

from collections.abc import Callable

from auto360.providers.database import DatabaseUnavailable

_PAUSES_SECONDS = (0.2, 1.0)


def recorded(record: Callable[[], object], *, sleep: Callable[[float], None]) -> None:
    """Call an idempotent `record` until the database answers, three times at most. Raises DatabaseUnavailable.

    Without it a known result would become an unknown one.
    """
    for pause in _PAUSES_SECONDS:
        try:
            record()
        except DatabaseUnavailable:
            sleep(pause)
        else:
            return
    record()
