"""Timer, every minute: asks banks about payments that wait, finishes calls of banks that were only stored, and compares
the lists of past days with our books."""

from collections.abc import Mapping
from typing import Any

from auto360.container import billing
from auto360.jobs.entry import job


def run(_event: Mapping[str, Any]) -> dict[str, int]:
    """Counters: payments asked about, changed, expired; calls finished; days compared, gaps left."""
    return billing.reconciler().run()


handler = job(run)
