"""Timer, every hour: reminders and orders for the next period, debits, grace, the fall back to the free tier.

Tokens for debits that an older key encrypted are put under the current one.
"""

from collections.abc import Mapping
from typing import Any

from auto360.container import billing
from auto360.jobs.entry import job


def run(_event: Mapping[str, Any]) -> dict[str, int]:
    """Counters of what was done."""
    return billing.renewals().run() | billing.token_renewal().run()


handler = job(run)
