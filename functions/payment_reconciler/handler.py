"""Timer, every minute: poll banks about open payments, finish stored webhooks, and reconcile daily statements."""

from collections.abc import Mapping
from typing import Any

from auto360.container import billing
from auto360.jobs.entry import job


def run(_event: Mapping[str, Any]) -> dict[str, int]:
    """Run one round; return counters of payments polled, changed and expired, webhooks finished, days and gaps left."""
    return billing.reconciler().run()


handler = job(run)
