"""Timer, every hour: subscription reminders, renewal orders, debits, grace periods, and the return to the free tier.

Also re-encrypts stored tokens under the current key.
"""

from collections.abc import Mapping
from typing import Any

from auto360.container import billing
from auto360.jobs.entry import job


def run(_event: Mapping[str, Any]) -> dict[str, int]:
    """Run one round; return counters."""
    return billing.renewals().run() | billing.token_renewal().run()


handler = job(run)
